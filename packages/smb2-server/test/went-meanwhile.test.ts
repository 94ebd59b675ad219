import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  CreateAction,
  type CreateContext,
  CreateDisposition,
  CreateOptions,
  type CreateRequest,
  type CreateResponse,
  createRequest,
  createResponse,
  durableHandleReconnect,
  durableHandleReconnectV2,
  durableHandleRequest,
  durableHandleRequestV2,
  type FileId,
  fileRenameInformation,
  HEADER_SIZE,
  HeaderFlags,
  lease as leaseCodec,
  NtStatus,
  OplockLevel,
  oplockBreakResponse,
  treeDisconnectRequest,
  treeDisconnectResponse,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs, type Vfs, type VfsHandle } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { type Harness, settle, startServer } from './harness.ts';
import { close, create, createBody, type Mount, mount, read, setFileInfo, statusOf, write } from './requests.ts';

// What a request waits for may take away what it is about: each of these was found by
// tools/simulate.

const CLIENT = 'aaaaaaaa-0000-4000-8000-000000000000';
const GUID = '11111111-2222-4333-8444-555555555555';

type Call = 'open' | 'stat' | 'getSecurityDescriptor' | 'write' | 'truncate' | 'rename' | 'unlink';

/** A back end whose next such call waits until it is let go. */
function slowVfs(): { vfs: Vfs; hold(call: Call): void; letGo(): Promise<void> } {
  const inner = createMemoryVfs();
  let next: string | undefined;
  let waiting: (() => void) | undefined;
  const pass = (call: string): Promise<void> | undefined => {
    if (next !== call) return undefined;
    next = undefined;
    return new Promise((resolve) => {
      waiting = resolve;
    });
  };
  const slow = (handle: VfsHandle): VfsHandle =>
    new Proxy(handle, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as (...args: unknown[]) => unknown;
        return (...args: unknown[]): unknown => pass(String(name))?.then(() => call(...args)) ?? call(...args);
      },
    });
  const vfs: Vfs = {
    features: inner.features,
    async open(path, options) {
      await pass('open');
      const opened = inner.open(path, options);
      return { ...opened, handle: slow(opened.handle) };
    },
    statFs: () => inner.statFs(),
    dispose: () => {},
  };
  return {
    vfs,
    hold: (call) => {
      next = call;
    },
    async letGo() {
      waiting?.();
      await settle();
    },
  };
}

async function leaveTree({ client, treeId }: Mount): Promise<void> {
  await client.request(Command.TREE_DISCONNECT, treeDisconnectRequest, treeDisconnectResponse, {}, { treeId });
}

async function leave(m: Mount): Promise<void> {
  m.client.close();
  await settle();
}

const join = async (h: Harness): Promise<Mount> => mount(await h.logOn({ clientGuid: CLIENT }));
const batch = { requestedOplockLevel: OplockLevel.BATCH };

test('a CREATE whose client went while the back end opened the file asks nobody for his oplock [MS-SMB2 3.3.7.1]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  let breaks = 0;
  const holder = await mount(await h.logOn({ onNotification: () => void breaks++ }));
  await create(holder, 'f', batch);
  const gone = await mount(await h.logOn({}, 'bob'));
  slow.hold('open');
  const answer = create(gone, 'f').catch(() => {});
  await settle();
  await leave(gone);
  await slow.letGo();
  await answer;
  t.is(breaks, 0);
  t.is(h.server.waits.size, 0);
  t.is([...h.server.authority.entries()][0]![1].opens.size, 1);
  t.deepEqual(h.errors, []);
});

test('a CREATE whose tree went while the back end opened the file is refused and waits for nobody [MS-SMB2 3.3.5.8]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  await create(await mount(await h.logOn()), 'f', batch);
  const other = await mount(await h.logOn({}, 'bob'));
  slow.hold('open');
  const status = statusOf(create(other, 'f'));
  await settle();
  await leaveTree(other);
  await slow.letGo();
  t.is(await status, NtStatus.STATUS_NETWORK_NAME_DELETED);
  t.is(h.server.waits.size, 0);
});

test('a reconnect to an open that ends while it is answered does not answer with it [MS-SMB2 3.3.5.9.7]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  const first = await join(h);
  const v1 = { name: 'DHnQ', data: encode(durableHandleRequest, {}) };
  const { fileId } = await create(first, 'f', { ...batch, createContexts: [v1] });
  await leave(first);
  const second = await join(h);
  slow.hold('stat');
  const back = (of: FileId) => ({ name: 'DHnC', data: encode(durableHandleReconnect, { fileId: of }) });
  const status = statusOf(create(second, 'f', { createContexts: [back(fileId)] }));
  await settle();
  // The open is the new session's already, and goes with its tree.
  await leaveTree(second);
  await slow.letGo();
  t.is(await status, NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  t.is([...h.server.authority.entries()].length, 0);
  t.deepEqual(h.errors, []);
});

test('a reconnect that loses its connection while it is answered leaves the open to the next one [MS-SMB2 3.3.5.9.7]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  const first = await join(h);
  const v1 = { name: 'DHnQ', data: encode(durableHandleRequest, {}) };
  const { fileId } = await create(first, 'f', { ...batch, createContexts: [v1] });
  await leave(first);
  const back = { name: 'DHnC', data: encode(durableHandleReconnect, { fileId }) };
  const second = await join(h);
  slow.hold('stat');
  const lost = create(second, 'f', { createContexts: [back] }).catch(() => {});
  await settle();
  await leave(second);
  await slow.letGo();
  await lost;
  const third = await join(h);
  t.is((await create(third, 'f', { createContexts: [back] })).fileId.persistent, fileId.persistent);
  t.deepEqual(h.errors, []);
});

test('a CREATE that is repeated for an open that ends meanwhile does not answer with it [MS-SMB2 3.3.5.9.10]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  const m = await join(h);
  const contexts = [
    { name: 'DH2Q', data: encode(durableHandleRequestV2, { timeoutMs: 0, flags: 0, createGuid: GUID }) },
  ];
  const again = createBody('f', { ...batch, createContexts: contexts });
  await create(m, 'f', again);
  slow.hold('stat');
  const replay = { treeId: m.treeId, flags: HeaderFlags.REPLAY_OPERATION };
  const status = statusOf(m.client.request(Command.CREATE, createRequest, createResponse, again, replay));
  await settle();
  await leaveTree(m);
  await slow.letGo();
  t.is(await status, NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
  t.deepEqual(h.errors, []);
});

/**
 * A client with the breaks that it is told of and the CREATE responses that it gets, in the order
 * in which they come.
 */
async function listener(h: Harness, clientGuid: string, user = 'alice'): Promise<Mount & { heard: string[] }> {
  const heard: string[] = [];
  const client = await h.logOn(
    {
      clientGuid,
      onNotification: (bytes) => {
        const told = decode(oplockBreakResponse, bytes.subarray(HEADER_SIZE));
        if (told.kind === 'lease-notification') heard.push(`break ${told.currentLeaseState} to ${told.newLeaseState}`);
        else if (told.kind === 'oplock') heard.push(`break to ${told.oplockLevel}`);
      },
      onReply: ({ command, status }) => {
        if (command === Command.CREATE) heard.push(status === 0 ? 'opened' : `refused ${status}`);
      },
    },
    user,
  );
  return { ...(await mount(client)), heard };
}

const OTHER = 'bbbbbbbb-0000-4000-8000-000000000000';

function leaseOf(n: number, leaseState: number): Partial<CreateRequest> {
  const value = {
    ...{ version: 2 as const, leaseKey: `0000000${n}-1111-4111-8111-111111111111`, leaseState, flags: 0, epoch: 0 },
    ...{ leaseDuration: 0n, parentLeaseKey: '00000000-0000-0000-0000-000000000000' },
  };
  return { requestedOplockLevel: 0xff, createContexts: [{ name: 'RqLs', data: encode(leaseCodec, value) }] };
}

const leaseIn = ({ createContexts }: CreateResponse): number =>
  decode(leaseCodec, createContexts.find(({ name }) => name === 'RqLs')!.data).leaseState;

test('a break of what a CREATE is about to grant is told behind its response [MS-SMB2 3.3.4.7]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  const first = await listener(h, CLIENT);
  const other = await listener(h, OTHER, 'bob');
  const mine = await create(other, 'f');
  // The lease is granted, and then the disk is asked for the size of what was overwritten.
  slow.hold('truncate');
  const answer = create(first, 'f', { ...leaseOf(1, 3), createDisposition: CreateDisposition.OVERWRITE });
  await settle();
  // It comes behind the truncation, and before the size is known.
  const written = write(other, mine.fileId, 'new');
  await settle();
  t.deepEqual(first.heard, []);
  await slow.letGo();
  t.is(leaseIn(await answer), 3);
  await written;
  t.deepEqual(first.heard, ['opened', 'break 3 to 0']);
  t.deepEqual(h.errors, []);
});

test('an oplock that ends before its CREATE is answered is told of behind the response [MS-SMB2 3.3.4.6]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  const first = await listener(h, CLIENT);
  const other = await listener(h, OTHER, 'bob');
  slow.hold('truncate');
  await create(other, 'f').then(({ fileId }) => close(other, fileId));
  const answer = create(first, 'f', { ...batch, createDisposition: CreateDisposition.OVERWRITE });
  await settle();
  const waits = create(other, 'f');
  await settle();
  t.deepEqual(first.heard, []);
  await slow.letGo();
  const { fileId, oplockLevel } = await answer;
  t.is(oplockLevel, OplockLevel.BATCH);
  t.deepEqual(first.heard, ['opened', `break to ${OplockLevel.II}`]);
  await close(first, fileId);
  await t.notThrowsAsync(waits);
});

for (const [what, overtake] of [
  ['a WRITE', (m: Mount, fileId: FileId) => write(m, fileId, 'new')],
  ['a truncation', (m: Mount, fileId: FileId) => setFileInfo(m, fileId, END_OF_FILE, new Uint8Array(8))],
] as const) {
  test(`who comes to cache a file while ${what} is under way is told when it has ended [MS-FSA 2.1.5.4]`, async (t) => {
    const slow = slowVfs();
    const h = startServer({}, { vfs: slow.vfs });
    const writer = await listener(h, OTHER, 'bob');
    const reader = await listener(h, CLIENT);
    const { fileId } = await create(writer, 'f');
    await write(writer, fileId, 'old');
    slow.hold(what === 'a WRITE' ? 'write' : 'truncate');
    const changed = overtake(writer, fileId);
    await settle();
    const opened = await create(reader, 'f', leaseOf(1, 1));
    t.is(leaseIn(opened), 1);
    t.is(await read(reader, opened.fileId), 'old');
    t.deepEqual(reader.heard, ['opened']);
    await slow.letGo();
    await changed;
    t.deepEqual(reader.heard, ['opened', 'break 1 to 0']);
  });
}

test('what a CREATE says of the size is no older than what it lets the client cache [MS-SMB2 3.3.5.9]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  const writer = await listener(h, OTHER, 'bob');
  const { fileId } = await create(writer, 'f:s');
  const reader = await listener(h, CLIENT);
  // A stream's stat asks for its bytes first and waits for its file's behind.
  slow.hold('stat');
  const answer = create(reader, 'f:s', leaseOf(1, 1));
  await settle();
  await write(writer, fileId, 'longer');
  await slow.letGo();
  t.is((await answer).endOfFile, 6n);
});

test('a file that is renamed while a CREATE waits is open under its new name [MS-FSA 2.1.5.15.11]', async (t) => {
  const h = startServer();
  const holder = await listener(h, CLIENT);
  const { fileId } = await create(holder, 'f', batch);
  const other = await listener(h, OTHER, 'bob');
  const waits = create(other, 'f');
  await settle();
  await setFileInfo(holder, fileId, RENAME, renameTo('g'));
  await close(holder, fileId);
  await waits;
  const [open] = [...h.server.opens.of(h.server.shares[0]!)];
  t.deepEqual(open?.path, ['g']);
});

const renameTo = (fileName: string): Uint8Array =>
  encode(fileRenameInformation, { replaceIfExists: true, rootDirectory: 0n, fileName });

test('what a rename is about to replace is opened by nobody [MS-FSA 2.1.5.15.11]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  const [m, other] = [await listener(h, CLIENT), await listener(h, OTHER, 'bob')];
  const { fileId } = await create(m, 'f');
  await create(m, 'g').then((made) => close(m, made.fileId));
  slow.hold('rename');
  const renamed = setFileInfo(m, fileId, RENAME, renameTo('g'));
  await settle();
  t.is(await statusOf(create(other, 'g')), NtStatus.STATUS_SHARING_VIOLATION);
  await slow.letGo();
  await renamed;
  // It is the file that was renamed, now.
  await t.notThrowsAsync(create(other, 'g'));
  t.is([...h.server.authority.entries()].length, 1);
});

test('what is made where a rename goes to, and opened, is not replaced [MS-FSA 2.1.5.15.11]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  const [m, other] = [await listener(h, CLIENT), await listener(h, OTHER, 'bob')];
  const { fileId } = await create(m, 'f');
  slow.hold('rename');
  const status = statusOf(setFileInfo(m, fileId, RENAME, renameTo('g')));
  await settle();
  const made = await create(other, 'g');
  await write(other, made.fileId, 'kept');
  await slow.letGo();
  t.is(await status, NtStatus.STATUS_ACCESS_DENIED);
  t.is(await read(other, made.fileId), 'kept');
  await close(other, made.fileId);
  await t.notThrowsAsync(setFileInfo(m, fileId, RENAME, renameTo('g')));
});

test('what a CREATE that failed removes again is opened by nobody [MS-FSA 2.1.5.1.1]', async (t) => {
  const slow = slowVfs();
  const h = startServer({}, { vfs: slow.vfs });
  const m = await listener(h, CLIENT);
  await create(m, 'f', leaseOf(1, 1));
  slow.hold('unlink');
  // The lease is on another file: that is found out when the file has been made.
  const refused = statusOf(create(m, 'g', leaseOf(1, 1)));
  await settle();
  const other = await listener(h, OTHER, 'bob');
  t.is(await statusOf(create(other, 'g')), NtStatus.STATUS_SHARING_VIOLATION);
  await slow.letGo();
  t.is(await refused, NtStatus.STATUS_INVALID_PARAMETER);
  await t.notThrowsAsync(create(other, 'g'));
});

const PERSISTENT = { timeoutMs: 0, flags: 2, createGuid: GUID };
const persistent = { name: 'DH2Q', data: encode(durableHandleRequestV2, PERSISTENT) };

for (const [how, section, back] of [
  ['reconnects', '3.3.5.9.12', (m: Mount, fileId: FileId) => create(m, 'f', { createContexts: [backTo(fileId)] })],
  ['repeats its CREATE', '3.3.5.9.10', (m: Mount) => repeat(m, 'f', { ...batch, createContexts: [persistent] })],
] as const) {
  test(`a client that ${how} is told again of a break that it may not have heard of [MS-SMB2 ${section}]`, async (t) => {
    const persistentStore = { save: () => {}, delete: () => {}, all: () => [] };
    const h = startServer({}, { continuouslyAvailable: true }, { persistentStore });
    const first = await listener(h, CLIENT);
    const { fileId } = await create(first, 'f', { ...batch, createContexts: [persistent] });
    const waits = create(await listener(h, OTHER, 'bob'), 'f');
    await settle();
    await leave(first);
    const again = await listener(h, CLIENT);
    const reopened = await back(again, fileId);
    await settle();
    t.deepEqual(again.heard, ['opened', `break to ${OplockLevel.II}`]);
    await close(again, reopened.fileId);
    await t.notThrowsAsync(waits);
  });
}

function backTo(fileId: FileId): CreateContext {
  return { name: 'DH2C', data: encode(durableHandleReconnectV2, { ...PERSISTENT, fileId }) };
}

async function repeat(m: Mount, name: string, more: Partial<CreateRequest>): Promise<CreateResponse> {
  const options = { treeId: m.treeId, flags: HeaderFlags.REPLAY_OPERATION };
  const body = createBody(name, more);
  return (await m.client.request(Command.CREATE, createRequest, createResponse, body, options)).body!;
}

const RENAME = 10;
const END_OF_FILE = 20;

for (const [name, what] of [
  ['f', 'a file'],
  ['f:s', 'a stream'],
] as const) {
  test(`${what} that was found and is deleted before it is granted is looked for again [MS-FSA 2.1.5.1]`, async (t) => {
    const slow = slowVfs();
    const h = startServer({}, { vfs: slow.vfs });
    const [first, second] = [await join(h), await mount(await h.logOn({}, 'bob'))];
    // The file of the stream stays.
    if (name !== 'f') await create(first, 'f');
    const doomed = await create(first, name, { createOptions: CreateOptions.DELETE_ON_CLOSE });
    slow.hold('getSecurityDescriptor');
    const late = create(second, name, { createDisposition: CreateDisposition.OPEN_IF });
    await settle();
    await close(first, doomed.fileId);
    await slow.letGo();
    const { fileId, createAction } = await late;
    t.is(createAction, CreateAction.CREATED);
    await write(second, fileId, 'new');
    t.is(await read(second, (await create(second, name)).fileId), 'new');
    t.deepEqual(h.errors, []);
  });
}
