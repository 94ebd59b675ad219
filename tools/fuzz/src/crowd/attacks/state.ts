import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode } from '@tsmbd/ms-dtyp';
import { DurableHandleFlags, durableHandleRequestV2 } from '@tsmbd/smb2-codec';
import type { Attack } from '../attack.ts';
import { close, mounted, open } from '../steps.ts';

/** Records of the state cannot be written at the moment. */
export const lockedState: Attack = {
  name: 'locked state',
  what: 'another process has the state database locked for 4 s, while a client opens files with persistent handles',
  globals: 'continuous availability = yes',
  async run(scene) {
    const tree = await mounted(scene);
    const database = new DatabaseSync(join(scene.state, 'state.db'));
    database.exec('BEGIN EXCLUSIVE');
    const end = performance.now() + 4000 * scene.scale;
    for (let i = 0; performance.now() < end; i++) {
      const wanted = { timeoutMs: 60_000, flags: DurableHandleFlags.PERSISTENT, createGuid: randomUUID() };
      const createContexts = [{ name: 'DH2Q', data: encode(durableHandleRequestV2, wanted) }];
      const fileId = await open(tree, `persistent${i}`, { createDisposition: 3, createContexts });
      if (i % 2 === 0) await close(tree, fileId);
      await sleep(5);
    }
    database.exec('ROLLBACK');
    database.close();
    await sleep(500);
  },
};
