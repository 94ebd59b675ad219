import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  CreateDisposition,
  CreateOptions,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  durableHandleReconnectV2,
  durableHandleRequestV2,
  type FileId,
  FileInformationClass,
  fileDispositionInformation,
  fileRenameInformation,
  InfoType,
  setInfoRequest,
  setInfoResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import { createBody, SmbClient, writeBody } from '@tsmbd/tool-smb-client';
import ava from 'ava';
import { State } from '../src/state/state.ts';
import { addUser, PASSWORD, TestDaemon } from './helpers/daemon.ts';
import { statusOf } from './helpers/status.ts';

/*
 * Users by number, who need no entry anywhere, on a share of a daemon that may act as them. What
 * the kernel must decide is such that the process's own user could do it.
 */

const test = process.geteuid?.() === 0 ? ava.serial : ava.skip;

const [ANN, BOB] = [62_001, 62_002];
const GUID = '8b4c1d2e-0000-4000-8000-00000000a11e';
const PERSISTENT = 2;

async function startWith(globals = '', shares = ''): Promise<TestDaemon> {
  const daemon = await TestDaemon.start(globals, shares);
  for (const [name, uid] of [
    ['ann', ANN],
    ['bob', BOB],
    ['nobody-here', undefined],
  ] as const) {
    addUser(daemon.state, name, PASSWORD);
    using state = new State(daemon.state, '');
    const [unixUser, unixGroup] = uid === undefined ? [undefined, undefined] : [String(uid), String(uid)];
    state.table.setUnix(name, { unixUser, unixGroup, unixGroups: [] });
  }
  // Users come to the share from above.
  chmodSync(join(daemon.folder, '..'), 0o755);
  chmodSync(daemon.folder, 0o777);
  return daemon;
}

class User implements Disposable {
  readonly client: SmbClient;
  readonly treeId: number;

  constructor(client: SmbClient, treeId: number) {
    this.client = client;
    this.treeId = treeId;
  }

  static async come(daemon: TestDaemon, name: string, share = 'files'): Promise<User> {
    const client = await SmbClient.login('127.0.0.1', daemon.port, name, PASSWORD);
    return new User(client, await client.tree(share));
  }

  async open(name: string, more: Parameters<typeof createBody>[1] = {}): Promise<FileId> {
    const body = createBody(name, { createDisposition: CreateDisposition.OPEN, ...more });
    const { treeId } = this;
    return (await this.client.request(Command.CREATE, createRequest, createResponse, body, { treeId })).body!.fileId;
  }

  async close(fileId: FileId): Promise<void> {
    const { treeId } = this;
    await this.client.request(Command.CLOSE, closeRequest, closeResponse, { flags: 0, fileId }, { treeId });
  }

  async make(name: string, createOptions = 0): Promise<void> {
    await this.close(await this.open(name, { createDisposition: CreateDisposition.CREATE, createOptions }));
  }

  set(fileId: FileId, fileInfoClass: number, buffer: Uint8Array): Promise<unknown> {
    const value = { infoType: InfoType.FILE, fileInfoClass, additionalInformation: 0, fileId, buffer };
    const { treeId } = this;
    return this.client.request(Command.SET_INFO, setInfoRequest, setInfoResponse, value, { treeId });
  }

  rename(fileId: FileId, to: string): Promise<unknown> {
    const buffer = encode(fileRenameInformation, { replaceIfExists: false, rootDirectory: 0n, fileName: to });
    return this.set(fileId, FileInformationClass.FileRenameInformation, buffer);
  }

  [Symbol.dispose](): void {
    this.client.close();
  }
}

/** A directory, or a file, of a user. */
function give(path: string, uid: number, mode: number, content?: string): void {
  if (content === undefined) mkdirSync(path);
  else writeFileSync(path, content);
  chownSync(path, uid, uid);
  chmodSync(path, mode);
}

const owner = (path: string): string => {
  const { uid, gid, mode } = statSync(path);
  return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
};

test('a file is deleted as the user who asked for it, whoever closes it last', async (t) => {
  await using daemon = await startWith();
  give(join(daemon.folder, 'd'), BOB, 0o755);
  give(join(daemon.folder, 'd', 'f'), BOB, 0o666, 'x');
  using ann = await User.come(daemon, 'ann');
  using bob = await User.come(daemon, 'bob');
  const reading = await ann.open('d\\f', { desiredAccess: 0x0012_0089 });
  const deleting = await bob.open('d\\f');
  const buffer = encode(fileDispositionInformation, { deletePending: true });
  await bob.set(deleting, FileInformationClass.FileDispositionInformation, buffer);
  await bob.close(deleting);
  t.true(existsSync(join(daemon.folder, 'd', 'f')));
  await ann.close(reading);
  t.false(existsSync(join(daemon.folder, 'd', 'f')));
});

for (const workers of [1, 2]) {
  test(`the kernel asks about the user also where another user’s worker has the file: ${workers} workers`, async (t) => {
    await using daemon = await startWith(`workers = ${workers}`);
    give(join(daemon.folder, 'd'), ANN, 0o755);
    give(join(daemon.folder, 'd', 'f'), BOB, 0o644, 'x');
    using ann = await User.come(daemon, 'ann');
    using bob = await User.come(daemon, 'bob');
    // The file is at home at ann's worker. It is bob's, but its directory is not.
    await ann.open('d\\f', { desiredAccess: 0x0012_0089 });
    const file = await bob.open('d\\f');
    t.is(await statusOf(() => bob.rename(file, 'd\\g')), 'STATUS_ACCESS_DENIED');
    t.is(await statusOf(() => bob.rename(file, 'moved')), 'STATUS_ACCESS_DENIED');
    t.true(existsSync(join(daemon.folder, 'd', 'f')));
  });
}

test('a persistent open is its user’s again after the server has died', async (t) => {
  const first = await startWith('', 'continuous availability = yes');
  give(join(first.folder, 'd'), BOB, 0o755);
  give(join(first.folder, 'd', 'f'), ANN, 0o644, 'x');
  const request = { timeoutMs: 60_000, flags: PERSISTENT, createGuid: GUID };
  const context = { name: 'DH2Q', data: encode(durableHandleRequestV2, request) };
  const before = await User.come(first, 'ann');
  const fileId = await before.open('d\\f', { requestedOplockLevel: 9, createContexts: [context] });
  await using daemon = await first.killAndStart();
  await before.client.ended();
  using ann = await User.come(daemon, 'ann');
  const back = encode(durableHandleReconnectV2, { fileId, createGuid: GUID, flags: PERSISTENT });
  const file = await ann.open('d\\f', { requestedOplockLevel: 9, createContexts: [{ name: 'DH2C', data: back }] });
  t.is(await statusOf(() => ann.rename(file, 'd\\g')), 'STATUS_ACCESS_DENIED');
  // A write of root would leave the bit.
  chmodSync(join(daemon.folder, 'd', 'f'), 0o4755);
  const { treeId } = ann;
  await ann.client.request(Command.WRITE, writeRequest, writeResponse, writeBody(file, 0, Buffer.from('y')), {
    treeId,
  });
  t.is(owner(join(daemon.folder, 'd', 'f')), `${ANN}:${ANN} 755`);
});

test('an account that is no user of the system is the guest account, and the log says so', async (t) => {
  await using daemon = await startWith('guest account = nobody');
  using stranger = await User.come(daemon, 'nobody-here');
  await stranger.make('f');
  t.is(owner(join(daemon.folder, 'f')), '65534:65534 644');
  give(join(daemon.folder, 'secret'), 0, 0o600, 'x');
  t.is(await statusOf(() => stranger.open('secret', { desiredAccess: 0x0012_0089 })), 'STATUS_ACCESS_DENIED');
  t.regex(daemon.log, /"user":"nobody-here".*an account is no user of this system/);
});

test('the modes and the owners that a share forces', async (t) => {
  const lines = (name: string, more: string): string => `[${name}]\npath = @\nread only = no\n${more}\n`;
  const shares =
    lines(
      'forced',
      'force create mode = 0060\nforce directory mode = 0070\ncreate mask = 0666\ndirectory mask = 0777',
    ) +
    lines('mine', `force user = ${BOB}\nforce group = 62100`) +
    lines('inherits', 'inherit owner = yes\ninherit permissions = yes') +
    lines('admins', 'admin users = ann');
  await using daemon = await startWith();
  daemon.configure('', shares.replaceAll('@', daemon.folder));
  t.is((await daemon.control('reload')).status, 0);
  give(join(daemon.folder, 'd'), BOB, 0o2770);
  give(join(daemon.folder, 'secret'), BOB, 0o600, 'x');
  chmodSync(join(daemon.folder, 'd'), 0o2777);
  for (const [share, name, options, expected] of [
    ['forced', 'f1', 0, `${ANN}:${ANN} 666`],
    ['forced', 'd1', CreateOptions.DIRECTORY_FILE, `${ANN}:${ANN} 777`],
    ['mine', 'f2', 0, `${BOB}:62100 644`],
    ['inherits', 'd\\f3', 0, `${BOB}:${BOB} 666`],
    ['inherits', 'd\\d3', CreateOptions.DIRECTORY_FILE, `${BOB}:${BOB} 2777`],
    ['admins', 'f4', 0, `0:${ANN} 644`],
  ] as const) {
    using ann = await User.come(daemon, 'ann', share);
    await ann.make(name, options);
    t.is(owner(join(daemon.folder, name.replace('\\', '/'))), expected, `${name} in ${share}`);
  }
  for (const [share, expected] of [
    ['admins', 'STATUS_SUCCESS'],
    ['inherits', 'STATUS_ACCESS_DENIED'],
  ] as const) {
    using ann = await User.come(daemon, 'ann', share);
    t.is(await statusOf(() => ann.open('secret')), expected, share);
  }
});

test('the daemon keeps of root’s powers what it needs', async (t) => {
  await using daemon = await startWith();
  const { readFileSync, readdirSync } = await import('node:fs');
  const tasks = `/proc/${daemon.process.pid}/task`;
  // CAP_SYS_RESOURCE (24) would take quotas and reserved blocks from the users of the share. The
  // machine of the tests may lack it, so others that are not needed are looked for too:
  // CAP_LINUX_IMMUTABLE, CAP_SYS_MODULE, CAP_MKNOD.
  const given = [9n, 16n, 24n, 27n].reduce((bits, bit) => bits | (1n << bit), 0n);
  for (const task of readdirSync(tasks)) {
    const name = readFileSync(join(tasks, task, 'comm'), 'latin1').trim();
    const held = BigInt(`0x${/^CapEff:\t(\w+)$/m.exec(readFileSync(join(tasks, task, 'status'), 'latin1'))![1]}`);
    if (name.startsWith('libuv') || name.startsWith('node-Main') || name.startsWith('WorkerThread')) {
      t.is(held & given, 0n, name);
      t.not(held & (1n << 7n), 0n, name);
    }
  }
});
