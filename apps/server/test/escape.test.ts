import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  CreateDisposition,
  createRequest,
  createResponse,
  type FileId,
  FileInformationClass,
  fileLinkInformation,
  fileRenameInformation,
  InfoType,
  NtStatus,
  ntStatusName,
  queryDirectoryRequest,
  queryDirectoryResponse,
  readRequest,
  readResponse,
  setInfoRequest,
  setInfoResponse,
} from '@tsmbd/smb2-codec';
import { SmbClient, type SmbError } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { createPosixVfs, serve } from '../src/index.ts';
import { statusOf } from './helpers/status.ts';

/** A server with a share in a folder that has neighbours, and a client of it. */
interface Place extends AsyncDisposable {
  readonly base: string;
  readonly client: SmbClient;
  readonly treeId: number;
}

const SECRET = 'what no client may read';
const USER = { name: 'u1', password: 'Passw0rd1' };

async function createPlace(): Promise<Place> {
  const base = mkdtempSync(join(tmpdir(), 'tsmbd-escape-'));
  const root = join(base, 'share');
  mkdirSync(join(root, 'a'), { recursive: true });
  mkdirSync(join(base, 'outside'));
  writeFileSync(join(base, 'secret'), SECRET);
  writeFileSync(join(base, 'outside', 'secret'), SECRET);
  writeFileSync(join(root, 'inside'), 'inside');
  writeFileSync(join(root, 'a', 'deep'), 'deep');
  for (const [name, target] of Object.entries(LINKS)) symlinkSync(target.replace('BASE', base), join(root, name));
  const server = await serve({ shares: { s: { vfs: createPosixVfs({ root }) } }, users: [USER] });
  const client = await SmbClient.login('127.0.0.1', server.port, USER.name, USER.password);
  return {
    base,
    client,
    treeId: await client.tree('s'),
    async [Symbol.asyncDispose]() {
      client.close();
      await server.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** Symbolic links in the share, and where they lead. */
const LINKS: Readonly<Record<string, string>> = {
  'to-etc': '/etc',
  'to-passwd': '/etc/passwd',
  'to-secret': 'BASE/secret',
  'relative-etc': '../../etc',
  'relative-outside': '../outside',
  'relative-secret': '../secret',
  'a/up-and-up': '../../secret',
  'chain-1': 'chain-2',
  'chain-2': 'a/chain-3',
  'a/chain-3': '../../secret',
  'folder-chain': 'chain-of-folder',
  'chain-of-folder': '../outside',
  'back-in': '../share/inside',
  'to-root': '/',
  'to-proc': '/proc/self/root',
  loop: 'loop',
};

async function open(p: Place, name: string, disposition: number, createOptions = 0): Promise<FileId> {
  const value = {
    requestedOplockLevel: 0,
    impersonationLevel: 2,
    smbCreateFlags: 0n,
    // Reading, writing where something new is made, and DELETE for renames.
    desiredAccess: disposition === CreateDisposition.OPEN ? 0x0012_0089 : 0x0013_019f,
    fileAttributes: 0,
    shareAccess: 7,
    createDisposition: disposition,
    createOptions,
    name,
    createContexts: [],
  };
  const reply = await p.client.request(Command.CREATE, createRequest, createResponse, value, { treeId: p.treeId });
  return reply.body!.fileId;
}

/** Everything around the share that a client could have made or changed. */
function surroundings(p: Place): string[] {
  const outside = readdirSync(join(p.base, 'outside'));
  const secrets = [join(p.base, 'secret'), join(p.base, 'outside', 'secret')];
  return [...readdirSync(p.base), ...outside, ...secrets.map((file) => readFileSync(file, 'utf8'))];
}

/** Names of a CREATE that no file may be found or made by. */
const NAMES: readonly (readonly [what: string, name: string])[] = [
  ['..', '..'],
  ['..\\secret', '..\\secret'],
  ['a\\..\\..\\secret', 'a\\..\\..\\secret'],
  ['.\\inside', '.\\inside'],
  ['\\inside, absolute', '\\inside'],
  ['\\..\\secret', '\\..\\secret'],
  ['\\\\server\\share\\x', '\\\\server\\share\\x'],
  ['C:\\x', 'C:\\x'],
  ['/etc/passwd', '/etc/passwd'],
  ['../secret', '../secret'],
  ['./inside', './inside'],
  ['a/../../secret', 'a/../../secret'],
  ['a\\..\\../secret', 'a\\../../secret'],
  ['a NUL within: inside\\0.txt', 'inside\0.txt'],
  ['a NUL before a way out: inside\\0\\..\\..\\secret', 'inside\0\\..\\..\\secret'],
  ['..\\0', '..\0'],
  ['..::$DATA', '..::$DATA'],
  ['..:stream', '..:stream'],
  ['x:..\\..\\secret', 'x:..\\..\\secret'],
  ['inside:../../secret', 'inside:../../secret'],
  ['inside:a/b', 'inside:a/b'],
  ['a lone surrogate and ..', '\ud800\\..\\..\\secret'],
  ['full-width dots and slashes lead nowhere', '\uff0e\uff0e\uff0fsecret'],
  ['an overlong name', 'x'.repeat(5000)],
];

for (const [what, name] of NAMES) {
  test(`CREATE cannot leave the share: ${what} [MS-SMB2 2.2.13, MS-FSCC 2.1.5]`, async (t) => {
    await using p = await createPlace();
    const before = surroundings(p);
    t.not(await statusOf(() => open(p, name, CreateDisposition.OPEN)), 'STATUS_SUCCESS');
    if (!name.startsWith('\uff0e'))
      t.not(await statusOf(() => open(p, name, CreateDisposition.OPEN_IF)), 'STATUS_SUCCESS');
    t.deepEqual(surroundings(p), before);
  });
}

test('`..` takes back a name before it, and nothing before the first: CREATE of a\\..\\inside is of inside', async (t) => {
  await using p = await createPlace();
  const before = surroundings(p);
  t.is(await statusOf(() => open(p, 'a\\..\\inside', CreateDisposition.OPEN)), 'STATUS_SUCCESS');
  t.not(await statusOf(() => open(p, 'a\\..\\secret', CreateDisposition.OPEN)), 'STATUS_SUCCESS');
  t.deepEqual(surroundings(p), before);
});

test('CREATE of x:stream stays with its file, and x::$DATA is the file [MS-FSCC 2.1.5]', async (t) => {
  await using p = await createPlace();
  const before = surroundings(p);
  const names = readdirSync(join(p.base, 'share'));
  await statusOf(() => open(p, 'inside:stream', CreateDisposition.OPEN_IF));
  t.is(await statusOf(() => open(p, 'inside::$DATA', CreateDisposition.OPEN)), 'STATUS_SUCCESS');
  t.deepEqual(readdirSync(join(p.base, 'share')), names);
  t.deepEqual(surroundings(p), before);
});

for (const [link, target] of Object.entries(LINKS)) {
  test(`a symbolic link cannot lead out of the share: ${link} -> ${target}`, async (t) => {
    await using p = await createPlace();
    const before = surroundings(p);
    const name = link.replaceAll('/', '\\');
    for (const through of [name, `${name}\\secret`, `${name}\\passwd`, `${name}\\etc\\passwd`, `${name}\\new`]) {
      for (const disposition of [CreateDisposition.OPEN, CreateDisposition.OPEN_IF, CreateDisposition.OVERWRITE_IF]) {
        const fileId = await open(p, through, disposition).catch(() => undefined);
        if (fileId === undefined) continue;
        // An open link is the link itself at most: there is nothing to be read through it.
        const reply = await read(p, fileId);
        t.false(reply.includes(SECRET) || reply.includes('root:'), through);
      }
    }
    t.deepEqual(surroundings(p), before);
  });
}

async function read(p: Place, fileId: FileId): Promise<string> {
  const value = { padding: 80, flags: 0, length: 4096, offset: 0n, fileId, minimumCount: 0, channel: 0 };
  const rest = { remainingBytes: 0, readChannelInfo: new Uint8Array(0) };
  const all = [NtStatus.STATUS_SUCCESS, NtStatus.STATUS_END_OF_FILE, NtStatus.STATUS_INVALID_DEVICE_REQUEST];
  const expected = [...all, NtStatus.STATUS_ACCESS_DENIED, NtStatus.STATUS_INVALID_PARAMETER];
  const options = { treeId: p.treeId };
  const { body } = await p.client.request(
    Command.READ,
    readRequest,
    readResponse,
    { ...value, ...rest },
    options,
    expected,
  );
  return body === undefined ? '' : Buffer.from(body.data).toString('latin1');
}

const TARGETS = [
  '..\\x',
  'a\\..\\..\\x',
  '\\..\\x',
  '..',
  '../x',
  '/tmp/x',
  'x\0y',
  '..\\outside\\x',
  'relative-outside\\x',
  'to-root\\tmp\\x',
  'folder-chain\\x',
];

for (const [what, infoClass, codec] of [
  ['rename', FileInformationClass.FileRenameInformation, fileRenameInformation],
  ['hard link', FileInformationClass.FileLinkInformation, fileLinkInformation],
] as const) {
  for (const target of TARGETS) {
    test(`a ${what} cannot leave the share: ${JSON.stringify(target)} [MS-FSCC 2.4]`, async (t) => {
      await using p = await createPlace();
      const before = surroundings(p);
      const fileId = await open(p, 'inside', CreateDisposition.OPEN_IF);
      const buffer = encode(codec, { replaceIfExists: true, rootDirectory: 0n, fileName: target });
      const value = { infoType: InfoType.FILE, fileInfoClass: infoClass, additionalInformation: 0, fileId, buffer };
      const request = p.client.request(Command.SET_INFO, setInfoRequest, setInfoResponse, value, { treeId: p.treeId });
      t.not(await statusOf(() => request), 'STATUS_SUCCESS');
      t.deepEqual(surroundings(p), before);
      t.is(readFileSync(join(p.base, 'share', 'inside'), 'utf8'), 'inside');
    });
  }
}

for (const pattern of ['..\\*', '..', '..\\secret', '../*', '\\*', '/etc/*', 'relative-outside\\*', '*\0', '..\0*']) {
  test(`QUERY_DIRECTORY lists nothing outside: ${JSON.stringify(pattern)} [MS-SMB2 2.2.33]`, async (t) => {
    await using p = await createPlace();
    const fileId = await open(p, '', CreateDisposition.OPEN, 1);
    const value = {
      fileInformationClass: FileInformationClass.FileNamesInformation,
      flags: 0,
      fileIndex: 0,
      fileId,
      outputBufferLength: 65_536,
      searchPattern: pattern,
    };
    const listed = await p.client
      .request(Command.QUERY_DIRECTORY, queryDirectoryRequest, queryDirectoryResponse, value, { treeId: p.treeId })
      .then(({ body }) => Buffer.from(body!.buffer).toString('utf16le'))
      .catch((error: SmbError) => ntStatusName(error.status));
    t.false(/outside(?!\w)(?<!relative-outside)|(?<!to-|relative-)secret|passwd(?<!to-passwd)/.test(listed), listed);
  });
}
