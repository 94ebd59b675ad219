import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  type CreateRequest,
  type CreateResponse,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  durableHandleReconnectV2,
  durableHandleRequestV2,
  type FileId,
  LockFlags,
  lockRequest,
  lockResponse,
  NtStatus,
  readRequest,
  readResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import { type ClientOptions, createBody, lockBody, readBody, SmbClient, writeBody } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { PASSWORD, TestDaemon, USER } from './helpers/daemon.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const WORKERS = 'workers = 3\nsmbd:FSCTL_SMBTORTURE = yes';
const CREATE_GUID = '11111111-2222-4333-8444-555555555555';
/** SMB2_DHANDLE_FLAG_PERSISTENT. */
const PERSISTENT = 2;

/** A client with the share connected. */
interface Mount {
  readonly client: SmbClient;
  readonly treeId: number;
  /** The worker that it is connected to, as its SessionId says. */
  readonly worker: number;
}

async function mount(daemon: TestDaemon, options: ClientOptions = {}): Promise<Mount> {
  const client = await SmbClient.login('127.0.0.1', daemon.port, USER, PASSWORD, options);
  return { client, treeId: await client.tree('files'), worker: Number(client.sessionId & 0xfn) };
}

/** A client at each of the three workers, in the order of the workers. */
async function oneAtEach(daemon: TestDaemon): Promise<[Mount, Mount, Mount]> {
  const mounts = [await mount(daemon), await mount(daemon), await mount(daemon)];
  return mounts.sort((a, b) => a.worker - b.worker) as [Mount, Mount, Mount];
}

async function create(m: Mount, name: string, more: Partial<CreateRequest> = {}): Promise<CreateResponse> {
  const { client, treeId } = m;
  return (await client.request(Command.CREATE, createRequest, createResponse, createBody(name, more), { treeId }))
    .body!;
}

async function write({ client, treeId }: Mount, fileId: FileId, text: string): Promise<void> {
  const body = writeBody(fileId, 0, new TextEncoder().encode(text));
  await client.request(Command.WRITE, writeRequest, writeResponse, body, { treeId });
}

async function read({ client, treeId }: Mount, fileId: FileId): Promise<string> {
  const reply = await client.request(Command.READ, readRequest, readResponse, readBody(fileId, 0, 100), { treeId });
  return new TextDecoder().decode(reply.body!.data);
}

async function lock({ client, treeId }: Mount, fileId: FileId, flags: number): Promise<void> {
  const body = lockBody(fileId, [{ at: 0, length: 4, flags }]);
  await client.request(Command.LOCK, lockRequest, lockResponse, body, { treeId });
}

async function close({ client, treeId }: Mount, fileId: FileId): Promise<void> {
  await client.request(Command.CLOSE, closeRequest, closeResponse, { flags: 0, fileId }, { treeId });
}

async function statusOf(promise: Promise<unknown>): Promise<number> {
  try {
    await promise;
    return NtStatus.STATUS_SUCCESS;
  } catch (error) {
    return (error as { status?: number }).status ?? -1;
  }
}

/** Waits until something is so. Gives up after a while: what is expected is checked then. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300 && !(await isSo()); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** A client of this worker, which may have to be started again first. */
async function mountAt(daemon: TestDaemon, worker: number, options: ClientOptions = {}): Promise<Mount> {
  let found: Mount | undefined;
  const others: Mount[] = [];
  await until(async () => {
    const m = await mount(daemon, options);
    if (m.worker === worker) found = m;
    else others.push(m);
    return found !== undefined;
  });
  for (const { client } of others) client.close();
  if (found === undefined) throw new Error(`no connection came to worker ${worker}`);
  return found;
}

const deaths = (daemon: TestDaemon): number => daemon.log.split('a worker has died').length - 1;

/** Kills a worker, and waits until the daemon has noticed. */
async function kill(daemon: TestDaemon, worker: number): Promise<void> {
  const before = deaths(daemon);
  // A worker that is being started again cannot be killed yet.
  await until(async () => (await daemon.control('kill-worker', String(worker))).status === 0);
  await until(() => deaths(daemon) > before);
}

/** What the descriptors of the daemon lead to, without the numbers that distinguish them. */
function descriptorsOf(daemon: TestDaemon): string[] {
  const folder = `/proc/${daemon.process.pid}/fd`;
  return readdirSync(folder)
    .flatMap((fd) => {
      try {
        return [readlinkSync(join(folder, fd)).replace(/:\[\d+\]$/, '')];
      } catch (error) {
        // It was closed meanwhile.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    })
    .sort();
}

const status = async (daemon: TestDaemon) => JSON.parse((await daemon.control('status', '--json')).stdout);

test.serial('status and explain-open do not tell of workers: all are one server', async (t) => {
  await using daemon = await TestDaemon.start(WORKERS);
  const mounts = await oneAtEach(daemon);
  t.deepEqual(
    mounts.map(({ worker }) => worker),
    [0, 1, 2],
    'a connection goes to the worker that has fewest',
  );
  // At home at the worker of the last.
  for (const m of mounts.toReversed()) await create(m, 'shared');
  await create(mounts[1], 'own');
  const { connections, sessions } = await status(daemon);
  t.is(connections, 3);
  t.is(sessions.length, 3);
  const opens = sessions
    .map((session: { trees: { opens: number }[]; opens: { path: string }[] }) => [
      session.trees[0]!.opens,
      session.opens.map(({ path }) => path).sort(),
    ])
    .sort();
  t.deepEqual(opens, [
    [1, ['shared']],
    [1, ['shared']],
    [2, ['own', 'shared']],
  ]);
  t.regex((await daemon.control('explain-open', 'files/shared')).stdout, /3 opens|(ann[\s\S]*){3}/);
  t.regex((await daemon.control('explain-open', 'files/own')).stdout, /ann/);
  t.is((await daemon.control('explain-open', 'files')).stdout, 'files: \\ is not open\n');
  t.is((await daemon.control('kill-worker', '7')).status, 1);
});

test.serial('no worker keeps its components, shares or settings when they are changed', async (t) => {
  await using daemon = await TestDaemon.start(WORKERS);
  t.is((await daemon.control('debug', 'conn')).stdout, 'conn: on\n');
  const mounts = await oneAtEach(daemon);
  for (const { worker } of mounts) {
    await until(() => daemon.log.includes(`"worker":${worker}`));
    t.regex(daemon.log, new RegExp(`"component":"conn".*"worker":${worker}|"worker":${worker}.*"component":"conn"`));
  }
  daemon.configure(WORKERS, `max connections = 0\n[more]\npath = ${daemon.folder}\n`);
  t.is((await daemon.control('reload')).status, 0);
  for (const { client } of mounts) await t.notThrowsAsync(client.tree('more'));
  daemon.configure(WORKERS, '');
  t.is((await daemon.control('reload')).status, 0);
  for (const { client } of mounts) await t.throwsAsync(client.tree('more'));
  // A worker that is started again has what was configured last.
  daemon.configure(WORKERS, `[more]\npath = ${daemon.folder}\n`);
  t.is((await daemon.control('reload')).status, 0);
  await kill(daemon, 1);
  const again = await mountAt(daemon, 1);
  await t.notThrowsAsync(again.client.tree('more'));
});

test.serial('a client is captured whatever worker it comes to', async (t) => {
  await using daemon = await TestDaemon.start(WORKERS);
  const out = join(daemon.folder, 'capture.pcapng');
  const words = [MAIN, 'capture', '--client', '127.0.0.1', '--out', out, '--state', daemon.state];
  const command = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  await once(command.stdout, 'data');
  command.stdout.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const mounts = await oneAtEach(daemon);
  // NEGOTIATE, two SESSION_SETUPs and TREE_CONNECT of each, with their answers.
  for (const m of mounts) await create(m, `name-of-${m.worker}`);
  await until(() => statSync(out).size > 3_000);
  command.kill('SIGINT');
  await once(command, 'close');
  t.regex(said, /30 messages, \d+ bytes in /);
  const bytes = readFileSync(out);
  for (const { worker } of mounts) t.true(bytes.includes(Buffer.from(`name-of-${worker}`, 'utf16le')), `${worker}`);
});

test.serial('a share has no more connections than max connections at all workers', async (t) => {
  await using daemon = await TestDaemon.start(WORKERS, 'max connections = 2');
  const first = await mount(daemon);
  await mount(daemon);
  t.is(await statusOf(mount(daemon)), NtStatus.STATUS_REQUEST_NOT_ACCEPTED);
  // What a worker that dies had is free.
  await kill(daemon, first.worker);
  await t.notThrowsAsync(mount(daemon));
  t.is(await statusOf(mount(daemon)), NtStatus.STATUS_REQUEST_NOT_ACCEPTED);
});

test.serial('SIGTERM leaves no client waiting at any worker, and ends with 0', async (t) => {
  await using daemon = await TestDaemon.start(WORKERS);
  const mounts = await oneAtEach(daemon);
  const { fileId } = await create(mounts[0], 'f');
  await lock(mounts[0], fileId, LockFlags.EXCLUSIVE_LOCK);
  const other = await create(mounts[1], 'f');
  const waiting = statusOf(lock(mounts[1], other.fileId, LockFlags.EXCLUSIVE_LOCK));
  await write(mounts[0], fileId, 'kept');
  t.is(await daemon.end('SIGTERM'), 0);
  await Promise.all(mounts.map(({ client }) => client.ended()));
  t.not(await waiting, NtStatus.STATUS_SUCCESS);
  t.is(readFileSync(join(daemon.folder, 'f'), 'utf8'), 'kept');
});

test.serial('a worker that dies takes its clients along and no others', async (t) => {
  await using daemon = await TestDaemon.start(WORKERS);
  const [a, b, c] = await oneAtEach(daemon);
  const kept = await create(a, 'kept');
  await write(a, kept.fileId, 'kept');
  const shared = await create(c, 'shared');
  await write(c, shared.fileId, 'shared');
  // At home at the worker that will die; and a lock of the client that goes with it.
  await create(b, 'theirs');
  const d = await mount(daemon);
  t.is(d.worker, 0);
  await create(d, 'theirs');
  const locked = await create(b, 'shared');
  await lock(b, locked.fileId, LockFlags.EXCLUSIVE_LOCK);
  t.is(await statusOf(read(c, shared.fileId)), NtStatus.STATUS_FILE_LOCK_CONFLICT);

  await kill(daemon, 1);
  await b.client.ended();
  await d.client.ended();
  t.is(await read(a, kept.fileId), 'kept');
  await write(a, kept.fileId, 'more');
  t.is(await read(a, kept.fileId), 'more');
  await until(async () => (await statusOf(read(c, shared.fileId))) === NtStatus.STATUS_SUCCESS);
  t.is(await read(c, shared.fileId), 'shared');
  t.is((await create(a, 'theirs', { shareAccess: 0 })).createAction, 1);
  t.is(deaths(daemon), 1);
  t.regex(daemon.log, /"level":50,.*"worker":1,.*"msg":"a worker has died: it is started again"/);

  const again = await mountAt(daemon, 1);
  const back = await create(again, 'shared');
  t.is(await read(again, back.fileId), 'shared');
  t.is((await status(daemon)).sessions.length, 3);
});

test.serial('workers that die leave no descriptors open', async (t) => {
  await using daemon = await TestDaemon.start(WORKERS);
  const round = async (): Promise<void> => {
    const mounts = await oneAtEach(daemon);
    for (const [n, m] of mounts.entries()) {
      for (const name of ['f', 'g', `own-${n}`]) await create(m, name);
      await create(m, 'd', { createOptions: 1 });
    }
    for (const worker of [1, 2, 0]) await kill(daemon, worker);
    await Promise.all(mounts.map(({ client }) => client.ended()));
    // Each is there again, and nobody is left.
    const now: Mount[] = [];
    for (const worker of [0, 1, 2]) now.push(await mountAt(daemon, worker));
    for (const { client } of now) client.close();
    await until(async () => (await status(daemon)).connections === 0);
  };
  // What is opened once, at the first need, is opened in this round.
  await round();
  const before = descriptorsOf(daemon);
  for (let i = 0; i < 3; i++) await round();
  await until(() => descriptorsOf(daemon).length <= before.length);
  t.deepEqual(descriptorsOf(daemon), before);
  t.is(deaths(daemon), 12);
});

test.serial('no connection hangs that was given to a worker while it died', async (t) => {
  await using daemon = await TestDaemon.start(WORKERS);
  const sockets = descriptorsOf(daemon).filter((name) => name === 'socket').length;
  const connections: Socket[] = [];
  let over = 0;
  for (const worker of [0, 1]) {
    let isKilled = false;
    const killed = kill(daemon, worker).then(() => {
      isKilled = true;
    });
    while (!isKilled) {
      for (let n = 0; n < 5; n++) {
        const socket = createConnection(daemon.port, '127.0.0.1');
        // The daemon answers with its end, whatever is wrong with the message.
        socket.write(Buffer.from([0, 0, 0, 4, 1, 2, 3, 4]));
        const end = (): void => {
          over += 1;
          socket.destroy();
        };
        socket.on('error', () => undefined).on('data', () => undefined);
        socket.once('close', end);
        connections.push(socket);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await killed;
  }
  await until(() => over === connections.length);
  t.is(over, connections.length);
  t.true(connections.length > 20);
  const left = (): number => descriptorsOf(daemon).filter((name) => name === 'socket').length;
  await until(() => left() <= sockets);
  t.is(left(), sockets);
});

/** Opens a file so that it outlives the worker, the daemon and the connection. */
function keep(m: Mount, name: string, createGuid = CREATE_GUID): Promise<CreateResponse> {
  const data = encode(durableHandleRequestV2, { timeoutMs: 0, flags: PERSISTENT, createGuid });
  return create(m, name, { requestedOplockLevel: 9, createContexts: [{ name: 'DH2Q', data }] });
}

function comeBack(m: Mount, name: string, fileId: FileId, createGuid = CREATE_GUID): Promise<CreateResponse> {
  const data = encode(durableHandleReconnectV2, { fileId, createGuid, flags: PERSISTENT });
  return create(m, name, { desiredAccess: 0, createContexts: [{ name: 'DH2C', data }] });
}

const AVAILABLE = 'continuous availability = yes';

test.serial('a persistent open is not lost with the worker that it was at', async (t) => {
  await using daemon = await TestDaemon.start(WORKERS, AVAILABLE);
  const clientGuid = 'aaaaaaaa-0000-4000-8000-000000000000';
  const m = await mountAt(daemon, 1, { clientGuid });
  const made = await keep(m, 'f');
  await write(m, made.fileId, 'kept');
  await lock(m, made.fileId, LockFlags.EXCLUSIVE_LOCK);
  await kill(daemon, 1);
  await m.client.ended();
  // Before the open is restored, and after.
  const other = await mount(daemon);
  for (let i = 0; i < 20; i++) t.is(await statusOf(create(other, 'f')), NtStatus.STATUS_FILE_NOT_AVAILABLE);
  const second = await mount(daemon, { clientGuid });
  // Until the worker is up again, the client is told to come later.
  let again = await comeBack(second, 'f', made.fileId).catch(comesLater);
  while (again === undefined) again = await comeBack(second, 'f', made.fileId).catch(comesLater);
  t.is(again.fileId.persistent, made.fileId.persistent);
  t.is(await read(second, again.fileId), 'kept');
  await lock(second, again.fileId, LockFlags.UNLOCK);
  await close(second, again.fileId);
});

test.serial('no record is lost when the number of workers changes between two runs', async (t) => {
  await using first = await TestDaemon.start(WORKERS, AVAILABLE);
  const clientGuid = 'aaaaaaaa-0000-4000-8000-000000000000';
  const guid = (n: number): string => CREATE_GUID.replace('1111', `000${n}`);
  const made: FileId[] = [];
  for (const worker of [0, 1, 2]) {
    const m = await mountAt(first, worker, { clientGuid });
    const { fileId } = await keep(m, `f${worker}`, guid(worker));
    await write(m, fileId, `kept ${worker}`);
    made.push(fileId);
  }
  let daemon = first;
  for (const workers of [2, 1, 4]) {
    daemon.configure(`workers = ${workers}`, AVAILABLE);
    daemon = await daemon.killAndStart();
    const other = await mount(daemon);
    for (const n of [0, 1, 2]) {
      t.is(await statusOf(create(other, `f${n}`)), NtStatus.STATUS_FILE_NOT_AVAILABLE, `${n} of ${workers}`);
    }
    other.client.close();
  }
  const back = await mount(daemon, { clientGuid });
  for (const n of [0, 1, 2]) {
    const { fileId } = await comeBack(back, `f${n}`, made[n]!, guid(n));
    t.is(await read(back, fileId), `kept ${n}`);
    await close(back, fileId);
  }
  t.true(existsSync(join(daemon.state, 'persistent-1.db')));
  await daemon.end('SIGTERM');
});

/** Passes on every error but the one after which clients try again. */
async function comesLater(error: unknown): Promise<undefined> {
  if ((error as { status?: number }).status !== NtStatus.STATUS_FILE_NOT_AVAILABLE) throw error;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
