import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Codec, decode, encode, filetimeFromUnixMs } from '@tsmbd/ms-dtyp';
import {
  Command,
  type CreateRequest,
  type DirectoryEntry,
  decodeDirectory,
  FileInformationClass as File,
  type FileId,
  FsctlCode,
  fileAllocatedRange,
  fileAllocatedRanges,
  fileAlternateNameInformation,
  fileBasicInformation,
  fileEndOfFileInformation,
  fileStreamInformation,
  fullEaList,
  ioctlRequest,
  ioctlResponse,
  NtStatus,
  queryDirectoryRequest,
  queryDirectoryResponse,
  queryInfoRequest,
  queryInfoResponse,
  setInfoRequest,
  setInfoResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import { createBody, SmbClient, writeBody } from '@tsmbd/tool-smb-client';
import { startSmbd } from '@tsmbd/tool-smbd';
import { missingPeers, peersRequired } from '@tsmbd/tool-test';
import test from 'ava';
import { PASSWORD, run, TestDaemon, temporaryFolder, USER } from './helpers/daemon.ts';

/*
 * A folder that one server has written is shown the same by the other, with the same settings:
 * names, 8.3 names, attributes, creation times, extended attributes, named streams, sparse files.
 */

const canRun = process.getuid?.() === 0 && (missingPeers(['smbd']).length === 0 || peersRequired());
const SETTINGS = 'mangled names = yes\nvfs objects = streams_xattr\nhide dot files = yes';
/** What smbd has to be told so that it does as tsmbd does in any case. */
const OF_SMBD = 'map archive = no\nmap hidden = no\nmap system = no\nmap readonly = no\nea support = yes';
const NOTHING: Uint8Array = new Uint8Array(0);

/** A client of one of the servers. */
class Client {
  readonly #client: SmbClient;
  readonly #treeId: number;

  private constructor(client: SmbClient, treeId: number) {
    this.#client = client;
    this.#treeId = treeId;
  }

  static async of(port: number, user: string): Promise<Client> {
    const client = await SmbClient.login('127.0.0.1', port, user, PASSWORD);
    return new Client(client, await client.tree('files'));
  }

  async open(name: string, more: Partial<CreateRequest> = {}): Promise<FileId> {
    const asks = createBody(name, { desiredAccess: 0x001f_01ff, createDisposition: 3, ...more });
    const { body } = await this.request('CREATE', asks);
    return (body as { fileId: FileId }).fileId;
  }

  async request(command: 'CREATE' | 'CLOSE', body: object): Promise<{ body: unknown }> {
    const { commandCodecs } = await import('@tsmbd/smb2-codec');
    const codecs = commandCodecs[command] as { request: Codec<object>; response: Codec<object> };
    return this.#client.request(Command[command], codecs.request, codecs.response, body, { treeId: this.#treeId });
  }

  async close(fileId: FileId): Promise<void> {
    await this.request('CLOSE', { flags: 0, fileId });
  }

  async write(fileId: FileId, text: string, at = 0): Promise<void> {
    const body = writeBody(fileId, at, new TextEncoder().encode(text));
    await this.#client.request(Command.WRITE, writeRequest, writeResponse, body, { treeId: this.#treeId });
  }

  async set<T>(fileId: FileId, fileInfoClass: number, codec: Codec<T>, value: T): Promise<void> {
    const body = { infoType: 1, fileInfoClass, additionalInformation: 0, fileId, buffer: encode(codec, value) };
    await this.#client.request(Command.SET_INFO, setInfoRequest, setInfoResponse, body, { treeId: this.#treeId });
  }

  async query<T>(fileId: FileId, fileInfoClass: number, codec: Codec<T>): Promise<T | undefined> {
    const { body } = await this.#client.request(
      Command.QUERY_INFO,
      queryInfoRequest,
      queryInfoResponse,
      {
        infoType: 1,
        fileInfoClass,
        additionalInformation: 0,
        fileId,
        flags: 0,
        outputBufferLength: 4096,
        inputBuffer: NOTHING,
      },
      { treeId: this.#treeId },
      [NtStatus.STATUS_SUCCESS, NtStatus.STATUS_NO_EAS_ON_FILE],
    );
    return body === undefined || body.buffer.length === 0 ? undefined : decode(codec, body.buffer);
  }

  async ioctl(fileId: FileId, ctlCode: number, input = NOTHING): Promise<Uint8Array> {
    const sizes = { maxInputResponse: 0, maxOutputResponse: 4096, flags: 1, output: NOTHING };
    const { body } = await this.#client.request(
      Command.IOCTL,
      ioctlRequest,
      ioctlResponse,
      { ctlCode, fileId, input, ...sizes },
      { treeId: this.#treeId },
    );
    return body!.output;
  }

  async list(): Promise<readonly DirectoryEntry[]> {
    const fileId = await this.open('', { createDisposition: 1, createOptions: 1, desiredAccess: 0x0012_0089 });
    const { body } = await this.#client.request(
      Command.QUERY_DIRECTORY,
      queryDirectoryRequest,
      queryDirectoryResponse,
      {
        fileInformationClass: File.FileIdBothDirectoryInformation,
        flags: 0,
        fileIndex: 0,
        fileId,
        outputBufferLength: 65_536,
        searchPattern: '*',
      },
      { treeId: this.#treeId },
    );
    await this.close(fileId);
    return decodeDirectory(File.FileIdBothDirectoryInformation, body!.buffer) as readonly DirectoryEntry[];
  }

  async end(): Promise<void> {
    this.#client.close();
    await this.#client.ended();
  }
}

const BORN = filetimeFromUnixMs(Date.UTC(2010, 0, 2, 3, 4, 5));
const HIDDEN = 0x02;
const SYSTEM = 0x04;
const ARCHIVE = 0x20;
const NORMAL = 0x80;
const times = { lastAccessTime: 0n, lastWriteTime: 0n, changeTime: 0n };

/** Makes what the servers must agree about. */
async function fill(client: Client): Promise<void> {
  const file = await client.open('A long name.text');
  await client.write(file, 'the unnamed stream');
  const basic = { ...times, creationTime: BORN, fileAttributes: HIDDEN | SYSTEM | ARCHIVE };
  await client.set(file, File.FileBasicInformation, fileBasicInformation, basic);
  const eas = [{ flags: 0, name: 'AUTHOR', value: new TextEncoder().encode('somebody') }];
  await client.set(file, File.FileFullEaInformation, fullEaList, eas);
  await client.close(file);
  for (const [name, text] of [
    ['A long name.text:stream', 'a named stream'],
    ['A long name.text:leer', ''],
  ] as const) {
    const stream = await client.open(name);
    if (text !== '') await client.write(stream, text);
    await client.close(stream);
  }
  const sparse = await client.open('sparse');
  await client.ioctl(sparse, FsctlCode.SET_SPARSE);
  await client.set(sparse, File.FileEndOfFileInformation, fileEndOfFileInformation, { endOfFile: 1n << 20n });
  await client.write(sparse, 'data', 1 << 19);
  await client.close(sparse);
  const folder = await client.open('Ein Ordner.überlang', { createOptions: 1 });
  await client.set(folder, File.FileBasicInformation, fileBasicInformation, {
    ...times,
    creationTime: BORN,
    fileAttributes: HIDDEN | 0x10,
  });
  await client.close(folder);
  const ofFolder = await client.open('Ein Ordner.überlang:stream');
  await client.write(ofFolder, 'of a folder');
  await client.close(ofFolder);
  await client.close(await client.open('.dot'));
  await client.close(await client.open('plain.txt'));
}

/**
 * What the servers must agree about of a file's attributes. tsmbd shows ARCHIVE for a file whose
 * attributes nobody has set, and stores nothing; smbd stores it when it makes the file, and does
 * not show it when nothing is stored. docs/on-disk.md says so.
 */
function agreed(name: string, attributes: number): number {
  return name === '.dot' || name === 'plain.txt' ? attributes & ~(ARCHIVE | NORMAL) : attributes;
}

/** All that the servers must agree about. */
async function show(client: Client): Promise<object> {
  const seen: Record<string, object> = {};
  for (const entry of await client.list()) {
    const { fileName, shortName, fileAttributes, creationTime, endOfFile } = entry;
    if (fileName === '.' || fileName === '..') continue;
    const isFolder = (fileAttributes & 0x10) !== 0;
    const fileId = await client.open(fileName, { createDisposition: 1 });
    const basic = await client.query(fileId, File.FileBasicInformation, fileBasicInformation);
    const streams = await client.query(fileId, File.FileStreamInformation, fileStreamInformation);
    const eas = await client.query(fileId, File.FileFullEaInformation, fullEaList);
    const alternate = await client.query(fileId, File.FileAlternateNameInformation, fileAlternateNameInformation);
    const range = encode(fileAllocatedRange, { fileOffset: 0n, length: 1n << 40n });
    const ranges = isFolder ? NOTHING : await client.ioctl(fileId, FsctlCode.QUERY_ALLOCATED_RANGES, range);
    await client.close(fileId);
    // The short name leads to the file.
    await client.close(await client.open(alternate!.fileName, { createDisposition: 1 }));
    seen[fileName] = {
      shortName,
      alternate: alternate!.fileName,
      fileAttributes: agreed(fileName, fileAttributes),
      creationTime,
      endOfFile: isFolder ? 0n : endOfFile,
      opened: [basic!.creationTime, agreed(fileName, basic!.fileAttributes)],
      streams: (streams ?? []).map((s) => `${s.streamName} ${s.streamSize}`).toSorted(),
      eas: (eas ?? []).map((ea) => `${ea.name}=${new TextDecoder().decode(ea.value)}`).toSorted(),
      ranges: decode(fileAllocatedRanges, ranges).map((r) => `${r.fileOffset}+${r.length}`),
    };
  }
  return seen;
}

/**
 * Both servers on the folder `files` in `folder`, with the same settings for its share, and more
 * for smbd.
 */
async function both(folder: string, settings: string, ofSmbd = '') {
  const path = join(folder, 'files');
  const share = `[files]\npath = ${path}\nread only = no\n${settings}\n`;
  writeFileSync(join(folder, 'tsmbd.conf'), `[global]\nbind interfaces only = yes\n${share}`);
  mkdirSync(join(folder, 'smbd'));
  await using stack = new AsyncDisposableStack();
  const daemon = stack.use(await TestDaemon.startIn(folder));
  const smbd = stack.use(
    await startSmbd({
      folder: join(folder, 'smbd'),
      share: { name: 'files', path },
      password: PASSWORD,
      settings: `${settings}\n${ofSmbd}`,
    }),
  );
  const started = stack.move();
  return { daemon, smbd, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

(canRun ? test.serial : test.serial.skip)('what tsmbd writes smbd shows, and the other way round', async (t) => {
  t.timeout(100_000);
  using folder = temporaryFolder();
  const path = join(folder.path, 'files');
  mkdirSync(path);
  await using servers = await both(folder.path, SETTINGS, OF_SMBD);
  const { daemon, smbd } = servers;
  t.log(smbd.version);
  for (const [port, user] of [
    [daemon.port, USER],
    [smbd.port, 'root'],
  ] as const) {
    const writer = await Client.of(port, user);
    await fill(writer);
    await writer.end();
    const [ours, theirs] = [await Client.of(daemon.port, USER), await Client.of(smbd.port, 'root')];
    const [shown, smbds] = [await show(ours), await show(theirs)];
    t.is(Object.keys(shown).length, 5);
    t.deepEqual(shown, smbds, `written through ${port === smbd.port ? 'smbd' : 'tsmbd'}`);
    for (const name of Object.keys(shown)) {
      const fileId = await ours.open(name, { createDisposition: 1, createOptions: 0x1000 });
      await ours.close(fileId);
    }
    await ours.end();
    await theirs.end();
  }
});

/** What smbclient says to some commands, without times and the room on the disk. */
async function smbclient(port: number, user: string, config: string, commands: string): Promise<string> {
  const target = ['//127.0.0.1/files', '-s', config, '-p', String(port), '-U', `${user}%${PASSWORD}`];
  const { stdout } = await run('smbclient', [...target, '-c', commands]);
  const lines = stdout.split('\n').filter((line) => !/_time:|blocks of size|KiloBytes|^$/.test(line));
  return lines
    .map((line) => line.replace(/ +[AN]? +(\d+) {2}.*\d{4}$/, ' $1').replace(/^attributes:.*/, ''))
    .join('\n');
}

const hasClient = missingPeers(['smbclient']).length === 0 || peersRequired();

(canRun && hasClient ? test.serial : test.serial.skip)('both show the same previous versions', async (t) => {
  t.timeout(100_000);
  using folder = temporaryFolder();
  for (const [at, text] of [
    ['files', 'now'],
    ['.snap/2026-11-21_040000/files', 'then'],
    ['.snap/2026-11-22_040000/files', 'later'],
    ['.snap/other/files', 'never'],
  ] as const) {
    mkdirSync(join(folder.path, at, 'dir'), { recursive: true });
    writeFileSync(join(folder.path, at, 'dir', 'file.txt'), text);
  }
  const settings = `vfs objects = shadow_copy2
shadow:mountpoint = ${folder.path}
shadow:snapdir = .snap
shadow:format = %Y-%m-%d_%H%M%S
shadow:sort = desc`;
  const config = join(folder.path, 'client.conf');
  writeFileSync(config, '');
  await using servers = await both(folder.path, settings);
  const { daemon, smbd } = servers;
  const then = '@GMT-2026.11.21-04.00.00';
  for (const commands of [
    'allinfo dir/file.txt',
    `get ${then}/dir/file.txt -`,
    `ls ${then}/dir/*`,
    'get @GMT-2026.11.23-04.00.00/dir/file.txt -',
    'ls *',
  ]) {
    const ours = await smbclient(daemon.port, USER, config, commands);
    t.is(ours, await smbclient(smbd.port, 'root', config, commands), commands);
    t.not(ours, '');
  }
  t.regex(await smbclient(daemon.port, USER, config, 'allinfo dir/file.txt'), /@GMT-2026\.11\.22.*@GMT-2026\.11\.21/s);
  t.is(await smbclient(daemon.port, USER, config, `get ${then}/dir/file.txt -`), 'then');
});

(canRun && hasClient ? test.serial : test.serial.skip)(
  'neither lists special files where the share hides them',
  async (t) => {
    t.timeout(100_000);
    using folder = temporaryFolder();
    const path = join(folder.path, 'files');
    mkdirSync(join(path, 'folder'), { recursive: true });
    chmodSync(folder.path, 0o755);
    writeFileSync(join(path, 'file'), 'text');
    execFileSync('mkfifo', [join(path, 'pipe')]);
    execFileSync('mknod', [join(path, 'device'), 'c', '1', '3']);
    symlinkSync('pipe', join(path, 'link to a pipe'));
    symlinkSync('file', join(path, 'link to a file'));
    const config = join(folder.path, 'client.conf');
    writeFileSync(config, '');
    // smbd hides nothing from root.
    await using servers = await both(folder.path, 'hide special files = yes', 'force user = nobody');
    const { daemon, smbd } = servers;
    const names = async (port: number, user: string): Promise<string[]> =>
      (await smbclient(port, user, config, 'ls'))
        .split('\n')
        .map((line) => /^ {2}(\S.*?) {2,}/.exec(`${line}  `)?.[1]?.replace(/ D$/, '') ?? '')
        .filter((name) => /^[a-z]/.test(name))
        .toSorted();
    const listed = await names(daemon.port, USER);
    t.deepEqual(listed, await names(smbd.port, 'root'));
    t.true(listed.some((name) => name.startsWith('link to a file')));
    t.false(
      listed.some((name) => /pipe|device/.test(name)),
      listed.join(', '),
    );
  },
);
