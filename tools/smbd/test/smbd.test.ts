import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SmbClient } from '@tsmbd/tool-smb-client';
import { missingPeers, peersRequired } from '@tsmbd/tool-test';
import test from 'ava';
import { startSmbd } from '../src/index.ts';

const canRun = process.getuid?.() === 0 && (missingPeers(['smbd']).length === 0 || peersRequired());

(canRun ? test : test.skip)('a private smbd serves its share to root, and is gone afterwards', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tsmbd-smbd-'));
  mkdirSync(join(folder, 'share'));
  let pid: number;
  {
    const share = { name: 'here', path: join(folder, 'share') };
    await using smbd = await startSmbd({ folder, port: 45_470, share, password: 'Passw0rd1' });
    pid = smbd.pid;
    t.regex(smbd.version, /^Samba 4\./);
    const client = await SmbClient.login('127.0.0.1', 45_470, 'root', 'Passw0rd1');
    t.truthy(await client.tree('here'));
    client.close();
    await client.ended();
  }
  t.throws(() => readFileSync(`/proc/${pid}/stat`), { code: 'ENOENT' });
  rmSync(folder, { recursive: true, force: true });
});
