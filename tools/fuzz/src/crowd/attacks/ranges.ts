import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FsctlCode, NtStatus } from '@tsmbd/smb2-codec';
import type { Attack } from '../attack.ts';
import { fsctl, gatherCredits, mounted, open } from '../steps.ts';

/** Blocks of a file; every second one is a hole. */
const BLOCK = 4096;

/** Asks for the ranges of a file that is full of holes. */
export const allocatedRanges: Attack = {
  name: 'allocated ranges',
  what: '200 QUERY_ALLOCATED_RANGES at once on a file of 60,000 pieces',
  async run(scene) {
    const extents = 60_000 * scene.scale;
    const fd = openSync(join(scene.folder, 'pieces'), 'w');
    for (let i = 0; i < extents; i++) writeSync(fd, 'x', i * 2 * BLOCK);
    closeSync(fd);
    const tree = await mounted(scene);
    await gatherCredits(tree, 1000);
    const fileId = await open(tree, 'pieces');
    await fsctl(tree, fileId, FsctlCode.SET_SPARSE, new Uint8Array(0));
    const whole = Buffer.alloc(16);
    whole.writeBigUInt64LE(BigInt(extents * 2 * BLOCK), 8);
    const expected = [NtStatus.STATUS_SUCCESS, NtStatus.STATUS_BUFFER_OVERFLOW];
    const ask = () => fsctl(tree, fileId, FsctlCode.QUERY_ALLOCATED_RANGES, whole, expected);
    await Promise.all(Array.from({ length: 200 * scene.scale }, ask));
  },
};
