import { encode, parseSddl, securityDescriptor } from '@tsmbd/ms-dtyp';
import { Command, CreateOptions, type FileId, FileInformationClass, NtStatus } from '@tsmbd/smb2-codec';
import type { ExecutionContext } from 'ava';
import { volatileOf } from '../../src/workers/ids.ts';
import { create, list, type Mount, mount, queryInfo, read, statusOf, write } from '../requests.ts';
import { EVERY_REQUEST } from '../tables/every-request.ts';
import { type Answer, say, type Voice, voiceOf } from '../voice.ts';
import { everywhere, renameTo, type Stage } from './stage.ts';
import { settleWorkers } from './world.ts';

/** Commands whose request names a FileId. */
const ABOUT_FILES = [
  'CLOSE',
  'FLUSH',
  'READ',
  'WRITE',
  'LOCK',
  'IOCTL',
  'QUERY_DIRECTORY',
  'CHANGE_NOTIFY',
  'QUERY_INFO',
  'SET_INFO',
  'OPLOCK_BREAK',
] as const;

/** One request of a command, as EVERY_REQUEST has it, and what comes of it. */
function ask(m: Mount, name: string, fileId: FileId, treeId = m.treeId, voice = voiceOf(m.client)): Promise<Answer> {
  const { codec, body } = EVERY_REQUEST.get(name)!;
  const command = Command[name as keyof typeof Command];
  return say(m.client, command, codec, body(fileId), { treeId }, voice, settleWorkers);
}

interface Scene {
  readonly alice: Mount;
  readonly bob: Mount;
  /** Alice's open of a file that only she may use. */
  readonly fileId: FileId;
}

/** Alice has a file that only she may use; bob has been at the same worker, with another file. */
async function scene(s: Stage): Promise<Scene> {
  await s.home('theirs');
  const alice = await mount(await s.alice.logOn());
  const bob = await mount(await s.bob.logOn({}, 'bob'));
  const { fileId } = await create(alice, 'f');
  await write(alice, fileId, 'secret');
  await create(alice, 'theirs');
  await create(bob, 'theirs');
  return { alice, bob, fileId };
}

/** Alice's open is as it was. */
async function unharmed(t: ExecutionContext, { alice, fileId }: Scene, why: string): Promise<void> {
  t.is(await read(alice, fileId), 'secret', why);
}

/** Makes something that only alice may use, where the stage wants it at home. */
async function atHome(s: Stage, name = 'f', kind: 'file' | 'directory' = 'file'): Promise<void> {
  await s.home(name, kind);
  const { handle } = await s.w.vfs.open([name], { disposition: 'open', kind, data: 'none' });
  await handle.setSecurityDescriptor(encode(securityDescriptor, parseSddl(ALICE_ONLY)));
  await handle.close();
}

const ALICE_ONLY = 'O:S-1-5-21-1-2-3-1000G:S-1-5-21-1-2-3-513D:P(A;;FA;;;S-1-5-21-1-2-3-1000)';

everywhere('a FileId of another client reaches no open, whatever worker has it [MS-SMB2 3.3.5.2.11]', async (t, s) => {
  await atHome(s);
  const it = await scene(s);
  t.is(await statusOf(create(it.bob, 'f')), NtStatus.STATUS_ACCESS_DENIED);
  for (const name of ABOUT_FILES) {
    t.is(await ask(it.bob, name, it.fileId), 'STATUS_FILE_CLOSED', name);
    await unharmed(t, it, name);
  }
});

everywhere('a FileId with a tree that it is not of reaches no open [MS-SMB2 3.3.5.2.11]', async (t, s) => {
  await atHome(s);
  const it = await scene(s);
  const other = await it.alice.client.tree('share');
  for (const name of ABOUT_FILES) {
    t.is(await ask(it.alice, name, it.fileId, other), 'STATUS_FILE_CLOSED', name);
    await unharmed(t, it, name);
  }
});

everywhere('a FileId whose halves are of two opens reaches neither [MS-SMB2 3.3.5.10]', async (t, s) => {
  await atHome(s);
  const it = await scene(s);
  for (const name of ABOUT_FILES) {
    const wrong = { ...it.fileId, persistent: it.fileId.persistent ^ 1n };
    t.is(await ask(it.alice, name, wrong), 'STATUS_FILE_CLOSED', name);
    await unharmed(t, it, name);
  }
});

everywhere('a FileId that names a worker, made up, reaches nothing there', async (t, s) => {
  await atHome(s);
  const it = await scene(s);
  for (const worker of [0, 1, 2, 3, 15]) {
    for (const id of [1, 2, 3]) {
      const fileId = { persistent: it.fileId.persistent, volatile: volatileOf(id, worker) };
      for (const name of ['CLOSE', 'READ', 'WRITE', 'SET_INFO', 'OPLOCK_BREAK']) {
        t.is(await ask(it.bob, name, fileId), 'STATUS_FILE_CLOSED', `${name} ${worker}`);
      }
    }
  }
  await unharmed(t, it, 'made up');
});

everywhere('a TreeId of another client is none, at whatever worker it is [MS-SMB2 3.3.5.2.11]', async (t, s) => {
  await atHome(s);
  const it = await scene(s);
  for (let i = 0; i < 3; i++) await it.alice.client.tree('share');
  const last = await it.alice.client.tree('share');
  for (const name of [...ABOUT_FILES, 'CREATE', 'TREE_DISCONNECT']) {
    t.is(await ask(it.bob, name, it.fileId, last), 'STATUS_NETWORK_NAME_DELETED', name);
  }
  await unharmed(t, it, 'another tree');
});

everywhere('a SessionId of a client of another worker is none here [MS-SMB2 3.3.5.2.9]', async (t, s) => {
  await atHome(s);
  const it = await scene(s);
  const { sessionId, signer } = it.alice.client;
  const voices: readonly [string, Voice][] = [
    ['unsigned', { sessionId }],
    ['signed by bob', { sessionId, signer: it.bob.client.signer }],
    ['signed by alice', { sessionId, signer }],
  ];
  for (const [how, voice] of voices) {
    for (const name of [...ABOUT_FILES, 'CREATE', 'TREE_CONNECT', 'TREE_DISCONNECT', 'LOGOFF']) {
      const answer = await ask(it.bob, name, it.fileId, it.alice.treeId, voice);
      t.true(['STATUS_USER_SESSION_DELETED', 'STATUS_ACCESS_DENIED'].includes(answer), `${name} ${how}: ${answer}`);
    }
  }
  await unharmed(t, it, 'another session');
  t.deepEqual(
    (await list(it.alice)).map(({ fileName }) => fileName),
    ['f', 'theirs'],
  );
});

everywhere('no open does more at another worker than it was granted [MS-SMB2 3.3.5.12, 3.3.5.18]', async (t, s) => {
  await atHome(s);
  await s.home('d', 'directory');
  const alice = await mount(await s.alice.logOn());
  const writes = await create(alice, 'f', { desiredAccess: 0x2 });
  t.is(await statusOf(read(alice, writes.fileId)), NtStatus.STATUS_ACCESS_DENIED);
  const reads = await create(alice, 'f', { desiredAccess: 0x1 });
  t.is(await statusOf(write(alice, reads.fileId, 'x')), NtStatus.STATUS_ACCESS_DENIED);
  t.is(await ask(alice, 'SET_INFO', reads.fileId), 'STATUS_ACCESS_DENIED');
  const basic = FileInformationClass.FileBasicInformation;
  t.is(await statusOf(queryInfo(alice, reads.fileId, basic)), NtStatus.STATUS_ACCESS_DENIED);
  const passes = await create(alice, 'd', { createOptions: CreateOptions.DIRECTORY_FILE, desiredAccess: 0x80 });
  t.is(await ask(alice, 'QUERY_DIRECTORY', passes.fileId), 'STATUS_ACCESS_DENIED');
  t.is(await ask(alice, 'CHANGE_NOTIFY', passes.fileId), 'STATUS_ACCESS_DENIED');
});

everywhere('the home of a file checks who the user is now, not who he was [MS-SMB2 3.3.5.5.3]', async (t, s) => {
  await atHome(s);
  await s.home('theirs');
  const m = await mount(await s.alice.logOn());
  const other = await create(m, 'theirs');
  await atHome(s, 'd', 'directory');
  await m.client.logOn('bob', 'bob-password');
  t.is(await statusOf(renameTo(m, other.fileId, 'd\\f')), NtStatus.STATUS_ACCESS_DENIED);
  t.is(await statusOf(create(m, 'f')), NtStatus.STATUS_ACCESS_DENIED);
  await m.client.logOn('alice', 'alice-password');
  t.is((await create(m, 'f')).createAction, 1);
});

everywhere(
  'a share that a user may only read is not written at another worker [MS-SMB2 3.3.5.9]',
  async (t, s) => {
    await s.home('f');
    const m = await mount(await s.bob.logOn({}, 'bob'));
    t.is(await statusOf(create(m, 'f', { desiredAccess: 0x2 })), NtStatus.STATUS_ACCESS_DENIED);
    const reads = await create(m, 'f', { desiredAccess: 0x1 });
    t.is(await statusOf(write(m, reads.fileId, 'x')), NtStatus.STATUS_ACCESS_DENIED);
    const alice = await mount(await s.alice.logOn());
    t.is((await create(alice, 'f', { desiredAccess: 0x2 })).createAction, 1);
  },
  () => ({ share: { access: (identity) => (identity.name === 'bob' ? 'read' : 'write') } }),
);
