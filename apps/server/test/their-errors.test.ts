import { encode } from '@tsmbd/ms-dtyp';
import { ntHash } from '@tsmbd/ntlm-auth';
import { createMemoryVfs, type ServeOptions, serve, type Vfs, VfsError, type VfsHandle } from '@tsmbd/server';
import {
  Command,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  type FileId,
  fileRenameInformation,
  flushRequest,
  flushResponse,
  queryDirectoryRequest,
  queryDirectoryResponse,
  queryInfoRequest,
  queryInfoResponse,
  readRequest,
  readResponse,
  setInfoRequest,
  setInfoResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import { createBody, readBody, SmbClient, SmbError, writeBody } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { TheirErrors } from '../src/embedding/their-errors.ts';
import { guardVfs } from '../src/embedding/their-vfs.ts';

type Line = Record<string, unknown>;
const USER = { name: 'ann', password: 'Correct-horse-7' };
const THROWN = 'code of the embedding program has thrown';

/** Serves with a log that is kept. */
async function logged(options: Partial<ServeOptions> & Pick<ServeOptions, 'shares'>) {
  const lines: Line[] = [];
  const log: ServeOptions['log'] = (level, component, message, fields) =>
    void lines.push({ level, component, message, ...fields });
  const server = await serve({ users: [USER], log, ...options });
  return { server, lines, of: (message: string) => lines.filter((line) => line['message'] === message) };
}

/** A back end of which one method throws, when told to. */
function armed() {
  const memory = createMemoryVfs({ files: { 'there.txt': 'text' } });
  let weapon: { readonly method: string; readonly error: unknown; readonly later: boolean } | undefined;
  const wrap = <T extends object>(object: T, type: string, own: Partial<T> = {}): T =>
    new Proxy(object, {
      get(target, key) {
        const value: unknown = Reflect.get(own, key) ?? Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (weapon?.method !== `${type}.${String(key)}`) return Reflect.apply(value, target, args) as unknown;
          const { error, later } = weapon;
          if (later) return Promise.reject(error);
          throw error;
        };
      },
    });
  const handleOf = (handle: VfsHandle): VfsHandle =>
    wrap(handle, 'VfsHandle', { list: async () => wrap(await handle.list(), 'VfsDirCursor') });
  const vfs = wrap<Vfs>(memory, 'Vfs', {
    open(path, options) {
      const { handle, created } = memory.open(path, options);
      return { handle: handleOf(handle), created };
    },
  });
  const arm = (method: string, error: unknown, later = false): void => {
    weapon = { method, error, later };
  };
  return { vfs, arm };
}

/** One of each request that reaches a back end; statuses of those that were refused. */
async function everything(client: SmbClient, treeId: number): Promise<number[]> {
  const refused: number[] = [];
  const step = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof SmbError)) throw error;
      refused.push(error.status);
      return undefined;
    }
  };
  const open = async (name: string, more = {}) => {
    const body = createBody(name, { createDisposition: 3, desiredAccess: 0x001f_01ff, ...more });
    return (await step(client.request(Command.CREATE, createRequest, createResponse, body, { treeId })))?.body?.fileId;
  };
  const set = (fileId: FileId, infoType: number, fileInfoClass: number, buffer: Uint8Array) =>
    step(
      client.request(
        Command.SET_INFO,
        setInfoRequest,
        setInfoResponse,
        { infoType, fileInfoClass, buffer, additionalInformation: infoType === 3 ? 4 : 0, fileId },
        { treeId },
      ),
    );
  const query = (fileId: FileId, infoType: number, fileInfoClass: number) =>
    step(
      client.request(
        Command.QUERY_INFO,
        queryInfoRequest,
        queryInfoResponse,
        {
          infoType,
          fileInfoClass,
          outputBufferLength: 4096,
          inputBuffer: new Uint8Array(0),
          additionalInformation: infoType === 3 ? 7 : 0,
          flags: 0,
          fileId,
        },
        { treeId },
      ),
    );
  const close = (fileId: FileId) =>
    step(client.request(Command.CLOSE, closeRequest, closeResponse, { flags: 1, fileId }, { treeId }));
  const fileId = await open('made.txt');
  if (fileId !== undefined) {
    await step(
      client.request(Command.WRITE, writeRequest, writeResponse, writeBody(fileId, 0, Buffer.from('abc')), { treeId }),
    );
    await step(client.request(Command.READ, readRequest, readResponse, readBody(fileId, 0, 10), { treeId }));
    await step(client.request(Command.FLUSH, flushRequest, flushResponse, { fileId, reserved1: 0 }, { treeId }));
    // FileAllInformation, FileStreamInformation, FileFullEaInformation, FileFsSizeInformation,
    // and the DACL.
    for (const [type, cls] of [
      [1, 18],
      [1, 22],
      [1, 15],
      [2, 3],
      [3, 0],
    ] as const)
      await query(fileId, type, cls);
    // FileEndOfFileInformation, FileAllocationInformation, FileBasicInformation (HIDDEN).
    await set(fileId, 1, 20, Buffer.from(new BigUint64Array([2n]).buffer));
    await set(fileId, 1, 19, Buffer.from(new BigUint64Array([8192n]).buffer));
    await set(fileId, 1, 4, Buffer.from(new BigUint64Array([0n, 0n, 0n, 0n, 2n]).buffer));
    // A null DACL.
    await set(fileId, 3, 0, Buffer.from('0100048000000000000000000000000000000000', 'hex'));
    await set(fileId, 1, 10, renameTo('moved.txt'));
    await set(fileId, 1, 11, renameTo('linked.txt'));
    await set(fileId, 1, 13, Uint8Array.of(1));
    await close(fileId);
  }
  const stream = await open('there.txt:stream');
  if (stream !== undefined) {
    const bytes = writeBody(stream, 0, Buffer.from('abc'));
    await step(client.request(Command.WRITE, writeRequest, writeResponse, bytes, { treeId }));
    await close(stream);
  }
  const root = await open('', { createOptions: 1, createDisposition: 1 });
  if (root !== undefined) {
    const body = { fileInformationClass: 37, flags: 0, fileIndex: 0, fileId: root, outputBufferLength: 4096 };
    const search = { ...body, searchPattern: '*' };
    await step(
      client.request(Command.QUERY_DIRECTORY, queryDirectoryRequest, queryDirectoryResponse, search, { treeId }),
    );
    await close(root);
  }
  return refused;
}

/** The methods of a back end as functions of their own. */
function bound(vfs: Vfs): Pick<Vfs, 'open' | 'statFs' | 'dispose'> {
  return {
    open: (path, options) => vfs.open(path, options),
    statFs: () => vfs.statFs(),
    dispose: () => vfs.dispose(),
  };
}

/** FILE_RENAME_INFORMATION and FILE_LINK_INFORMATION, [MS-FSCC] 2.4.43 and 2.4.27. */
const renameTo = (fileName: string): Uint8Array =>
  encode(fileRenameInformation, { replaceIfExists: false, rootDirectory: 0n, fileName });

const METHODS = [
  'Vfs.open',
  'Vfs.statFs',
  'VfsHandle.stat',
  'VfsHandle.read',
  'VfsHandle.write',
  'VfsHandle.truncate',
  'VfsHandle.allocate',
  'VfsHandle.flush',
  'VfsHandle.set',
  'VfsHandle.list',
  'VfsHandle.rename',
  'VfsHandle.link',
  'VfsHandle.unlink',
  'VfsHandle.getSecurityDescriptor',
  'VfsHandle.setSecurityDescriptor',
  'VfsHandle.listEas',
  'VfsHandle.listStreams',
  'VfsHandle.getStream',
  'VfsHandle.setStream',
  'VfsHandle.close',
  'VfsDirCursor.next',
  'VfsDirCursor.close',
];

for (const method of METHODS) {
  for (const later of [false, true]) {
    test(`${method} throws ${later ? 'later' : 'at once'}: theirs by name, and never a bug`, async (t) => {
      const { vfs, arm } = armed();
      const { server, lines, of } = await logged({ shares: { data: { vfs } } });
      await using _ = server;
      const client = await SmbClient.login('127.0.0.1', server.port, USER.name, USER.password);
      const treeId = await client.tree('data');
      arm(method, new TypeError('their mistake'), later);
      const refused = await everything(client, treeId);
      client.close();
      await server.close();
      t.deepEqual(
        lines.filter(({ message }) => /\bbug\b/.test(String(message))),
        [],
      );
      t.false(refused.includes(0xc000_00e5), 'STATUS_INTERNAL_ERROR');
      const [line] = of(THROWN);
      t.like(line, { level: 'error', component: 'vfs', method, share: 'data' });
      t.is((line!['error'] as Error).message, 'their mistake');
      if (method !== 'Vfs.statFs') t.is(typeof line!['path'], 'string');
    });
  }
}

for (const [code, status] of [
  ['ENOENT', 0xc000_0034],
  ['EACCES', 0xc000_0022],
  ['EPERM', 0xc000_0022],
  ['ENOSPC', 0xc000_007f],
  ['EDQUOT', 0xc000_007f],
  ['EEXIST', 0xc000_0035],
  ['EROFS', 0xc000_00a2],
  ['EXDEV', 0xc000_00d4],
  ['ENOTSUP', 0xc000_00bb],
  ['EIO', 0xc000_00e9],
  ['ECONNRESET', 0xc000_00e9],
  ['toString', 0xc000_00e9],
] as const) {
  test(`an error of theirs with code ${code} is the status that it names`, async (t) => {
    const { vfs, arm } = armed();
    const { server, of } = await logged({ shares: { data: { vfs } } });
    await using _ = server;
    const client = await SmbClient.login('127.0.0.1', server.port, USER.name, USER.password);
    const treeId = await client.tree('data');
    arm('VfsHandle.write', Object.assign(new Error(`${code}: no`), { code }), true);
    const body = createBody('f', { createDisposition: 3 });
    const opened = await client.request(Command.CREATE, createRequest, createResponse, body, { treeId });
    const bytes = writeBody(opened.body!.fileId, 0, Buffer.from('abc'));
    const error = await t.throwsAsync(client.request(Command.WRITE, writeRequest, writeResponse, bytes, { treeId }));
    t.is((error as SmbError).status, status);
    const isKnown = !['ECONNRESET', 'toString'].includes(code);
    t.like(of(isKnown ? 'code of the embedding program refuses' : THROWN)[0], {
      level: isKnown ? 'debug' : 'error',
      method: 'VfsHandle.write',
      share: 'data',
      path: 'f',
    });
    client.close();
  });
}

for (const [what, error, status] of [
  ['no code', new TypeError('their mistake'), 'STATUS_INTERNAL_ERROR'],
  ['EACCES', Object.assign(new Error('no'), { code: 'EACCES' }), 'STATUS_ACCESS_DENIED'],
  ['a refusal', new VfsError('no-memory'), 'STATUS_INSUFFICIENT_RESOURCES'],
] as const) {
  test(`functions of theirs that throw ${what}: no bug, and the method by name`, async (t) => {
    const fail = (): never => {
      throw error;
    };
    const vfs = createMemoryVfs();
    const account = { name: 'ann', domain: 'D', sid: 'S-1-5-21-1-2-3-1000', groups: [], ntHash: ntHash('x') };
    for (const [method, shares, users] of [
      ['users.find', { data: { vfs } }, { find: fail }],
      ['users.find', { data: { vfs } }, { find: async () => fail() }],
      ['users.whole', { data: { vfs } }, { find: () => account, whole: fail }],
      ['access', { data: { vfs, access: fail } }, { find: () => account }],
      ['admits', { data: { vfs, admits: fail } }, { find: () => account }],
      ['actsAs', { data: { vfs, actsAs: fail } }, { find: () => account }],
    ] as const) {
      const { server, lines, of } = await logged({ shares, users });
      const work = SmbClient.login('127.0.0.1', server.port, 'ann', 'x').then(async (client) => {
        const treeId = await client.tree('data');
        await client.request(Command.CREATE, createRequest, createResponse, createBody('f'), { treeId });
      });
      await t.throwsAsync(work, { message: new RegExp(status) }, method);
      t.deepEqual(
        lines.filter(({ message }) => /\bbug\b/.test(String(message))),
        [],
      );
      const said = [...of(THROWN), ...of('code of the embedding program refuses')].map((line) => line['method']);
      t.is(said[0], error instanceof VfsError ? undefined : method, method);
      await server.close();
    }
  });
}

test('what no request above calls is guarded too, and a target of a copy is their own handle', async (t) => {
  const { vfs, arm } = armed();
  const lines: Line[] = [];
  const errors = new TheirErrors((level, component, message, fields) => {
    lines.push({ level, component, message, ...fields });
  });
  const guarded = guardVfs(vfs, 'data', errors);
  const { handle } = await guarded.open(['there.txt'], { disposition: 'open', kind: 'any', data: 'read-write' });
  const memory = createMemoryVfs({ files: { from: 'text', to: '' } });
  const plain = guardVfs({ ...memory, ...bound(memory) }, 'data', errors);
  const [from, to] = await Promise.all(
    ['from', 'to'].map((name) => plain.open([name], { disposition: 'open', kind: 'any', data: 'read-write' })),
  );
  t.is(await from!.handle.copyTo!(to!.handle, 0n, 0n, 4n), 4n);
  await from!.handle.cloneTo!(to!.handle, 0n, 0n, 4n);
  const calls: Record<string, (file: VfsHandle) => unknown> = {
    path: (file) => file.path(),
    zero: (file) => file.zero(0n, 1n),
    allocatedRanges: (file) => file.allocatedRanges(0n, 1n),
    copyTo: (file) => file.copyTo!(to!.handle, 0n, 0n, 1n),
    cloneTo: (file) => file.cloneTo!(to!.handle, 0n, 0n, 4n),
    lookup: (file) => file.lookup('x'),
    readLink: (file) => file.readLink(),
    setEa: (file) => file.setEa('x', Uint8Array.of(1)),
  };
  for (const [name, call] of Object.entries(calls)) {
    for (const later of [false, true]) {
      lines.length = 0;
      arm(`VfsHandle.${name}`, 'no error', later);
      await t.throwsAsync(async () => call(handle), { instanceOf: VfsError, code: 'io' }, name);
      t.like(lines[0], { message: THROWN, method: `VfsHandle.${name}`, path: 'there.txt', error: 'no error' });
    }
  }
  t.is(handle.watch, undefined);
  t.false('watch' in handle);
  arm('Vfs.dispose', new Error('no'), true);
  await t.throwsAsync(async () => guarded.dispose(), { instanceOf: VfsError });
});

test('open that answers without a handle is theirs, a frozen back end is served, and lines are limited', async (t) => {
  const memory = createMemoryVfs();
  const vfs: Vfs = Object.freeze({
    features: memory.features,
    open: () => ({}) as never,
    statFs: () => memory.statFs(),
    dispose: () => undefined,
  });
  const { server, of } = await logged({ shares: { data: { vfs } } });
  await using _ = server;
  const client = await SmbClient.login('127.0.0.1', server.port, USER.name, USER.password);
  const treeId = await client.tree('data');
  for (let i = 0; i < 30; i++) {
    const made = client.request(Command.CREATE, createRequest, createResponse, createBody('f'), { treeId });
    await t.throwsAsync(made, { message: /UNEXPECTED_IO_ERROR/ });
  }
  t.is(of(THROWN).length, 20);
  t.regex(String(of(THROWN)[0]!['error']), /without a handle/);
  client.close();
});
