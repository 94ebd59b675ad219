import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { encode, parseSddl, securityDescriptor } from '@tsmbd/ms-dtyp';
import { Command, createRequest, createResponse } from '@tsmbd/smb2-codec';
import { createBody, SmbClient } from '@tsmbd/tool-smb-client';
import { createPosixVfs, type Vfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { parseAccess } from '../src/cli/denial-format.ts';
import { State } from '../src/state/state.ts';
import { addUser, PASSWORD, TestDaemon, USER } from './helpers/daemon.ts';

async function describe(vfs: Vfs, path: readonly string[], sddl: string): Promise<void> {
  const { handle } = await vfs.open(path, { disposition: 'open', kind: 'any', data: 'none' });
  await handle.setSecurityDescriptor(encode(securityDescriptor, parseSddl(sddl)));
  await handle.close();
}

/** From the next logon on, the user is this user of the system. */
function actAs(daemon: TestDaemon, uid: number): void {
  using state = new State(daemon.state, '');
  state.table.setUnix(USER, { unixUser: String(uid), unixGroup: undefined, unixGroups: [] });
}

/** What the command says, in one line. */
async function why(daemon: TestDaemon, ...words: string[]): Promise<string> {
  const { stdout, stderr, status } = await daemon.control('why-denied', ...words);
  return status === 0 ? stdout.trim().replaceAll('\n', ' | ') : `failed: ${stderr.trim()}`;
}

const SHARES = `veto files = /secret*/
[readonly]
path = /tmp
read only = yes
[others]
path = /tmp
read only = no
valid users = somebody
[hosts]
path = /tmp
read only = no
hosts allow = 192.0.2.0/24
`;

test('why-denied names the rule that decides, and what would change it', async (t) => {
  await using daemon = await TestDaemon.start('', SHARES);
  addUser(daemon.state, 'bob', 'Passw0rd2');
  const { sid } = ((): { sid: string } => {
    using state = new State(daemon.state, '');
    return state.find(USER)!;
  })();
  const vfs = createPosixVfs({ root: daemon.folder });
  const files = daemon.folder;
  for (const name of ['free.txt', 'mode.txt', 'denied.txt', 'ungiven.txt', 'broken.txt', 'held.txt', 'locked.txt']) {
    writeFileSync(join(files, name), 'x');
    chmodSync(join(files, name), 0o644);
  }
  mkdirSync(join(files, 'd'));
  t.is(await why(daemon, USER, 'files', 'free.txt', 'write'), `${USER} may write files\\free.txt.`);
  t.regex(
    await why(daemon, USER, 'files', 'free.txt'),
    /^ann may read.*\| ann may write.*\| ann may delete files\\free.txt\.$/,
  );
  t.regex(await why(daemon, USER, 'files', 'd/none.txt', 'write'), /d\\none.txt does not exist; ann may make it\.$/);

  t.regex(
    await why(daemon, USER, 'readonly', '.', 'write'),
    /the share is read-only for everybody.*\| To change it: read only = no in \[readonly\]/,
  );
  t.regex(
    await why(daemon, USER, 'others', '.', 'read'),
    /lists \(valid users, invalid users\).*\| To change it: valid users = …, ann/,
  );
  t.regex(
    await why(daemon, USER, 'hosts', '.', 'read', '--from', '198.51.100.7'),
    /does not admit the host 198\.51\.100\.7/,
  );
  t.notRegex(await why(daemon, USER, 'hosts', '.', 'read'), /admit/);
  t.regex(await why(daemon, 'guest', 'files', 'free.txt', 'read'), /guests may not connect.*guest ok = yes/);
  t.regex(await why(daemon, USER, 'files', 'secret.txt', 'read'), /vetoed.*"veto files" in \[files\]/);

  await describe(vfs, ['denied.txt'], `O:BAG:BAD:(D;;0x2;;;${sid})(A;;FA;;;WD)`);
  t.regex(
    await why(daemon, USER, 'files', 'denied.txt', 'write'),
    /entry 1 of the security descriptor denies ann write\. \| To change it: smbcacls \/\/SERVER\/files 'denied.txt' -U OWNER -D 'ACL:S-1-5-21-/,
  );
  t.regex(await why(daemon, 'bob', 'files', 'free.txt', 'write'), /^bob may write/);
  await describe(vfs, ['ungiven.txt'], 'O:BAG:BAD:(A;;FR;;;WD)');
  t.regex(
    await why(daemon, USER, 'files', 'ungiven.txt', 'write'),
    /no entry of the security descriptor gives ann .* write.*given: Everyone read.*-a 'ACL:ann:ALLOWED/,
  );
  t.regex(await why(daemon, USER, 'files', 'ungiven.txt', 'FILE_READ_DATA'), /^ann may read files/);
  t.regex(await why(daemon, USER, 'nowhere', 'x', 'read'), /^failed: .*no share nowhere/);
  t.regex(await why(daemon, 'nobody-here', 'files', 'x', 'read'), /^failed: .*no user nobody-here/);
  t.regex(await why(daemon, USER, 'files', 'x', 'fly'), /^failed: .*no access is called fly/);

  const client = await SmbClient.login('127.0.0.1', daemon.port, USER, PASSWORD);
  const treeId = await client.tree('files');
  const body = createBody('held.txt', { desiredAccess: 0x0012_0089, shareAccess: 1 });
  await client.request(Command.CREATE, createRequest, createResponse, body, { treeId });
  t.regex(
    await why(daemon, 'bob', 'files', 'held.txt', 'write'),
    /another open of the file does not share it \(ann at 127\.0\.0\.1\).*tsmbd explain-open 'files\/held.txt'/,
  );
  t.regex(await why(daemon, 'bob', 'files', 'held.txt', 'read'), /^bob may read/);
  const readOnly = createBody('made.txt', { fileAttributes: 1, createDisposition: 2 });
  await client.request(Command.CREATE, createRequest, createResponse, readOnly, { treeId });
  t.regex(
    await why(daemon, USER, 'files', 'made.txt', 'write'),
    /attribute READONLY\. \| To change it: smbclient \/\/SERVER\/files -U ann -c 'setmode "made.txt" -r'/,
  );
  client.close();
  await client.ended();

  const set = await daemon.control('share', 'acl', 'files', 'D:(A;;FR;;;AU)');
  t.regex(set.stdout, /^D:\(A;;FR;;;AU\)\nthe running daemon uses it/);
  t.is((await daemon.control('share', 'acl', 'FILES')).stdout, 'D:(A;;FR;;;AU)\n');
  t.regex(
    await why(daemon, USER, 'files', 'free.txt', 'write'),
    /^ann may not write files\\free.txt: the share's own security descriptor does not give ann write\. \| To change it: tsmbd share acl files/,
  );
  t.regex((await daemon.control('share', 'acl', 'files', 'D:(A;;fly;;;AU)')).stderr, /Mask|fly/);
  t.regex((await daemon.control('share', 'acl', 'files', 'remove')).stdout, /has none now/);
  t.regex(await why(daemon, USER, 'files', 'free.txt', 'write'), /^ann may write/);
});

(process.getuid?.() === 0 ? test : test.skip)(
  'why-denied names modes, POSIX ACLs and what no one can read',
  async (t) => {
    await using daemon = await TestDaemon.start();
    actAs(daemon, 54_399);
    const path = join(daemon.folder, 'mode.txt');
    writeFileSync(path, 'x');
    chownSync(path, 54_321, 54_322);
    chmodSync(path, 0o754);
    t.regex(
      await why(daemon, USER, 'files', 'mode.txt', 'write'),
      /^ann may not write.*: the mode rwxr-xr-- \(owner uid 54321, group gid 54322\) does not give ann write.*given: Everyone read.*\| To change it: setfacl -m u:ann:w '\/.*\/files\/mode.txt'/,
    );
    const log = async (): Promise<Record<string, unknown>> => {
      const client = await SmbClient.login('127.0.0.1', daemon.port, USER, PASSWORD);
      const treeId = await client.tree('files');
      const body = createBody('mode.txt', { desiredAccess: 0x2 });
      await t.throwsAsync(client.request(Command.CREATE, createRequest, createResponse, body, { treeId }));
      client.close();
      await client.ended();
      const refused = (): string[] => daemon.log.split('\n').filter((line) => line.includes('access refused'));
      for (let tries = 0; tries < 200 && refused().length === 0; tries++) await setTimeout(50);
      const lines = refused();
      return JSON.parse(lines.at(-1)!) as Record<string, unknown>;
    };
    const line = await log();
    t.is(line['rule'], 'permission bits');
    t.regex(String(line['reason']), /the mode rwxr-xr--/);
  },
);

test('access is asked for by words, names and numbers', (t) => {
  t.is(parseAccess('read+WRITE'), 0x0012_019f);
  t.is(parseAccess('FILE_WRITE_DATA,0x10000'), 0x0001_0002);
  t.is(parseAccess('generic_read'), 0x8000_0000);
  for (const bad of ['', 'read+', '0xfffffffff', '12'])
    t.throws(() => parseAccess(bad), { message: /no access is called/ });
});
