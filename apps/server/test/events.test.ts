import { encode } from '@tsmbd/ms-dtyp';
import { type ActivityEvents, createMemoryVfs, type ServeOptions, serve } from '@tsmbd/server';
import {
  Command,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  type FileId,
  fileRenameInformation,
  setInfoRequest,
  setInfoResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import { createBody, SmbClient, writeBody } from '@tsmbd/tool-smb-client';
import test from 'ava';

const USER = { name: 'ann', password: 'Correct-horse-7' };
const NAMES = ['logon', 'connect', 'open', 'close', 'write', 'rename', 'delete', 'denied'] as const;
type Name = keyof ActivityEvents;

const create = async (client: SmbClient, treeId: number, name: string, more = {}): Promise<FileId> => {
  const body = createBody(name, { createDisposition: 3, desiredAccess: 0x001f_01ff, ...more });
  return (await client.request(Command.CREATE, createRequest, createResponse, body, { treeId })).body!.fileId;
};

const close = (client: SmbClient, treeId: number, fileId: FileId): Promise<unknown> =>
  client.request(Command.CLOSE, closeRequest, closeResponse, { flags: 0, fileId }, { treeId });

/** FILE_RENAME_INFORMATION, [MS-FSCC] 2.4.43. */
const renameTo = (fileName: string): Uint8Array =>
  encode(fileRenameInformation, { replaceIfExists: false, rootDirectory: 0n, fileName });

async function started(more: Partial<ServeOptions> = {}) {
  const vfs = createMemoryVfs({ files: { 'a/b.txt': 'text' } });
  return serve({ users: [USER], shares: { data: { vfs }, closed: { vfs, access: () => 'none' } }, ...more });
}

test('each event has who, from where, and what', async (t) => {
  await using server = await started();
  const seen: (readonly [Name, object])[] = [];
  for (const name of NAMES) server.on(name, (event) => seen.push([name, event]));
  const client = await SmbClient.login('127.0.0.1', server.port, USER.name, USER.password);
  const treeId = await client.tree('data');
  const fileId = await create(client, treeId, 'a\\new.txt');
  const options = { treeId };
  await client.request(Command.WRITE, writeRequest, writeResponse, writeBody(fileId, 0, Buffer.from('abc')), options);
  const set = { infoType: 1, additionalInformation: 0, fileId };
  for (const [fileInfoClass, buffer] of [
    [10, renameTo('moved.txt')],
    [13, Uint8Array.of(1)],
  ] as const) {
    const body = { ...set, fileInfoClass, buffer };
    await client.request(Command.SET_INFO, setInfoRequest, setInfoResponse, body, options);
  }
  await close(client, treeId, fileId);
  const stream = await create(client, treeId, 'a\\b.txt:notes');
  await close(client, treeId, stream);
  await t.throwsAsync(client.tree('closed'));
  client.close();

  for (const [, event] of seen) {
    const { identity, address } = event as { identity: { name: string }; address: string };
    t.is(identity.name, 'ann');
    t.regex(address, /127\.0\.0\.1/);
  }
  const rest = seen.map(([name, event]) => {
    const { identity: _, address: __, ...more } = event as Record<string, unknown>;
    return [name, more];
  });
  const file = (path: string, name?: string) => ({ share: 'data', path, stream: name });
  t.deepEqual(rest.slice(0, -1), [
    ['logon', { guest: false, anonymous: false }],
    ['connect', { share: 'data' }],
    ['open', { ...file('a/new.txt'), created: true, access: 0x001f_01ff }],
    ['write', file('a/new.txt')],
    ['rename', { ...file('a/new.txt'), to: 'moved.txt' }],
    ['close', file('moved.txt')],
    ['delete', file('moved.txt')],
    ['open', { ...file('a/b.txt', 'notes'), created: true, access: 0x001f_01ff }],
    ['close', file('a/b.txt', 'notes')],
  ]);
  t.like(rest.at(-1)![1], { share: 'closed', command: 'TREE_CONNECT', status: 'STATUS_ACCESS_DENIED' });
});

test('a listener that is removed is told no more, and the engine then makes nothing for it', async (t) => {
  await using server = await started();
  const told: number[] = [];
  const listener = (number: number) => () => void told.push(number);
  const [first, second] = [server.on('connect', listener(1)), server.on('connect', listener(2))];
  const client = await SmbClient.login('127.0.0.1', server.port, USER.name, USER.password);
  await client.tree('data');
  first();
  first();
  await client.tree('data');
  second();
  t.deepEqual(Object.values(server.engine.listeners).filter(Boolean), []);
  await client.tree('data');
  t.deepEqual(told, [1, 2, 2]);
  t.throws(() => server.on('toString' as 'open', () => undefined), { instanceOf: TypeError });
  client.close();
});

test('a listener that throws, now or later, is theirs in the log and affects no client', async (t) => {
  const lines: Record<string, unknown>[] = [];
  const log: ServeOptions['log'] = (level, _, message, fields) => void lines.push({ level, message, ...fields });
  await using server = await started({ log });
  let others = 0;
  server.on('connect', () => {
    throw new TypeError('their mistake');
  });
  server.on('connect', () => {
    others += 1;
  });
  server.on('open', async () => {
    throw new TypeError('their mistake');
  });
  const client = await SmbClient.login('127.0.0.1', server.port, USER.name, USER.password);
  const treeId = await client.tree('data');
  await create(client, treeId, 'f');
  t.is(others, 1);
  t.deepEqual(
    lines.filter(({ level }) => level === 'error').map(({ message, method }) => [message, method]),
    [
      ['code of the embedding program has thrown', "on('connect')"],
      ['code of the embedding program has thrown', "on('open')"],
    ],
  );
  client.close();
});

test('a listener that always throws fills no log', async (t) => {
  let lines = 0;
  const log: ServeOptions['log'] = (level) => {
    if (level === 'error') lines += 1;
  };
  await using server = await started({ log });
  server.on('connect', () => {
    throw new TypeError('their mistake');
  });
  const client = await SmbClient.login('127.0.0.1', server.port, USER.name, USER.password);
  for (let i = 0; i < 30; i++) await client.tree('data');
  t.is(lines, 20);
  client.close();
});
