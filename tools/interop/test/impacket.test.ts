import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serve } from '@tsmbd/server';
import { missingPeers, peersRequired } from '@tsmbd/tool-test';
import { createMemoryVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';

const canRun = missingPeers(['impacket-samrdump']).length === 0 || peersRequired();
const PROGRAM = fileURLToPath(new URL('./with-impacket.py', import.meta.url));
/** Debian's own: its impacket is in no other. */
const PYTHON = '/usr/bin/python3';

(canRun ? test : test.skip)('impacket logs on, copies files, lists shares, and reads what lsarpc says', async (t) => {
  await using server = await serve({
    shares: { pub: { vfs: createMemoryVfs(), comment: 'for all' } },
    users: [{ name: 'ann', password: 'Correct-horse-7' }],
  });
  const { stdout } = await promisify(execFile)(PYTHON, [PROGRAM, String(server.port), 'ann', 'Correct-horse-7']);
  t.deepEqual(JSON.parse(stdout), {
    dialect: 0x0300,
    shares: ['IPC$', 'pub'],
    bytes: 'hello',
    listed: ['.', '..', 'b.txt'],
    left: ['.', '..'],
    // PolicyServerRolePrimary
    role: 3,
    names: ['Everyone', 'Administrators', 'ann'],
    comment: 'for all',
    version: 10,
  });
});
