import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Command,
  changeNotifyRequest,
  changeNotifyResponse,
  NtStatus,
  queryDirectoryRequest,
  queryDirectoryResponse,
} from '@tsmbd/smb2-codec';
import type { Attack } from '../attack.ts';
import { close, gatherCredits, mounted, open } from '../steps.ts';

/**
 * For every name of a folder, a pattern is matched that may take the square of the name's length.
 */
export const patterns: Attack = {
  name: 'patterns',
  what: 'QUERY_DIRECTORY with 1,019 `*` and a letter, over 1,000 names of 246 characters',
  async run(scene) {
    const folder = join(scene.folder, 'patterns');
    mkdirSync(folder);
    for (let i = 0; i < 1000 * scene.scale; i++)
      writeFileSync(join(folder, `${String(i).padStart(6, '0')}${'a'.repeat(240)}`), '');
    const tree = await mounted(scene);
    const { client, treeId } = tree;
    for (const searchPattern of [`${'*'.repeat(1019)}b`, `${'*a'.repeat(500)}b`, `${'<a'.repeat(500)}b`]) {
      const fileId = await open(tree, 'patterns', { desiredAccess: 0x0010_0081, createOptions: 1 });
      const body = {
        fileInformationClass: 37,
        flags: 0,
        fileIndex: 0,
        fileId,
        searchPattern,
        outputBufferLength: 65_536,
      };
      const codecs = [queryDirectoryRequest, queryDirectoryResponse] as const;
      await client.request(Command.QUERY_DIRECTORY, ...codecs, body, { treeId }, [
        NtStatus.STATUS_SUCCESS,
        NtStatus.STATUS_NO_SUCH_FILE,
      ]);
    }
  },
};

/** One CLOSE ends many requests. */
export const watches: Attack = {
  name: 'watches',
  what: 'CLOSE of folders with 512 CHANGE_NOTIFY that wait',
  async run(scene) {
    const tree = await mounted(scene);
    const { client, treeId } = tree;
    await gatherCredits(tree, 3000);
    for (let round = 0; round < 8 * scene.scale; round++) {
      const fileId = await open(tree, `watched-${round}`, { createDisposition: 3, createOptions: 1 });
      const body = { flags: 0, outputBufferLength: 1024, fileId, completionFilter: 0x17 };
      const codecs = [changeNotifyRequest, changeNotifyResponse] as const;
      const waiting = Array.from({ length: 512 }, () =>
        client.request(Command.CHANGE_NOTIFY, ...codecs, body, { treeId }, [
          NtStatus.STATUS_NOTIFY_CLEANUP,
          NtStatus.STATUS_INSUFFICIENT_RESOURCES,
        ]),
      );
      await close(tree, fileId);
      await Promise.all(waiting);
    }
  },
};

/** Changes by a program on the server's own machine, in a tree that is watched as a whole. */
export const localRenames: Attack = {
  name: 'local renames',
  what: 'a local program renames files without a pause for 5 s, under a recursive CHANGE_NOTIFY that is always asked anew',
  async run(scene) {
    const tree = await mounted(scene);
    const { client, treeId } = tree;
    const fileId = await open(tree, '', { createOptions: 1 });
    let isOver = false;
    const watch = async () => {
      const body = { flags: 1, outputBufferLength: 65_536, fileId, completionFilter: 0x17f };
      const codecs = [changeNotifyRequest, changeNotifyResponse] as const;
      const expected = [NtStatus.STATUS_SUCCESS, NtStatus.STATUS_NOTIFY_ENUM_DIR, NtStatus.STATUS_NOTIFY_CLEANUP];
      while (!isOver) await client.request(Command.CHANGE_NOTIFY, ...codecs, body, { treeId }, expected);
    };
    const watching = watch();
    const folder = join(scene.folder, 'renamed');
    mkdirSync(folder);
    for (let i = 0; i < 100; i++) writeFileSync(join(folder, `a${i}`), '');
    const end = performance.now() + 5000 * scene.scale;
    for (let round = 0; performance.now() < end; round++) {
      const [from, to] = round % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
      for (let i = 0; i < 100; i++) renameSync(join(folder, `${from}${i}`), join(folder, `${to}${i}`));
      await new Promise(setImmediate);
    }
    isOver = true;
    await close(tree, fileId);
    await watching;
  },
};
