import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import {
  AaplQuery,
  AaplServerCaps,
  aaplRequest,
  Command,
  CreateContextName,
  CreateDisposition,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  FileInformationClass,
  makeCreateContext,
  queryDirectoryRequest,
  queryDirectoryResponse,
  type RequestOf,
} from '@tsmbd/smb2-codec';
import { SmbClient } from '@tsmbd/tool-smb-client';
import { startSmbd } from '@tsmbd/tool-smbd';
import { record } from './recorder.ts';
import { runClient } from './scene.ts';

/**
 * `node tools/capture/src/analyser-fixtures.ts`: records the captures of
 * `tools/smbdump/test/fixtures`. They show what only an analyser meets: smbd's Apple extensions,
 * and SMB1. Runs as root, talks to loopback.
 */
const OUT = fileURLToPath(new URL('../../smbdump/test/fixtures/', import.meta.url));
const [PORT, PASSWORD] = [45_461, 'Passw0rd1'];
const SETTINGS = `netbios name = SMBD
server min protocol = NT1
ntlm auth = yes
vfs objects = fruit streams_xattr
fruit:aapl = yes
fruit:metadata = stream
fruit:resource = stream
fruit:model = MacSamba`;

const folder = mkdtempSync('/dev/shm/tsmbd-capture-');
const path = join(folder, 't0');
mkdirSync(join(path, 'folder'), { recursive: true });
writeFileSync(join(path, 'small.txt'), 'a small file\n');
// The streams are set in the way in which streams_xattr stores them, because smbd 4.17 answered
// STATUS_NOT_FOUND to a WRITE of our client to these streams.
setStream(join(path, 'small.txt'), 'AFP_AfpInfo', afpInfo());
setStream(join(path, 'small.txt'), 'AFP_Resource', new Uint8Array(1234).fill(7));
try {
  await using _ = await startSmbd({
    folder,
    port: PORT,
    share: { name: 't0', path },
    password: PASSWORD,
    settings: SETTINGS,
  });
  await keep('smbd-aapl', apple);
  for (const [name, spnego] of [
    ['smbd-nt1-extended', 'yes'],
    ['smbd-nt1-plain', 'no'],
  ] as const) {
    await keep(name, () =>
      runClient('smbclient', [
        '//127.0.0.1/t0',
        ...['-p', String(PORT), '-U', `root%${PASSWORD}`, '-m', 'NT1', '-c', 'ls'],
        ...['--option=client min protocol=NT1', `--option=client use spnego=${spnego}`],
      ]),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function keep(name: string, work: () => Promise<void>): Promise<void> {
  const pcap = await record(PORT, work);
  writeFileSync(`${OUT}${name}.pcap.gz`, gzipSync(pcap, { level: 9 }));
  console.log(`${name}: ${pcap.length} bytes`);
}

/**
 * Does what macOS does: a server query, a file with Finder information and a resource fork, a
 * listing, RESOLVE_ID.
 */
async function apple(): Promise<void> {
  const client = await SmbClient.login('127.0.0.1', PORT, 'root', PASSWORD, { sign: false });
  const treeId = await client.tree('t0');
  type Create = RequestOf<'CREATE'>;
  const open = async (name: string, more: Partial<Create> = {}) => {
    const value: Create = {
      requestedOplockLevel: 0,
      impersonationLevel: 2,
      smbCreateFlags: 0n,
      desiredAccess: 0x12019f,
      fileAttributes: 0,
      shareAccess: 7,
      createDisposition: CreateDisposition.OPEN_IF,
      createOptions: 0,
      name,
      createContexts: [],
      ...more,
    };
    return (await client.request(Command.CREATE, createRequest, createResponse, value, { treeId })).body?.fileId;
  };
  const close = (fileId: NonNullable<Awaited<ReturnType<typeof open>>>) =>
    client.request(Command.CLOSE, closeRequest, closeResponse, { flags: 0, fileId }, { treeId });
  const query = {
    kind: 'server-query',
    requestBitmap: BigInt(AaplQuery.SERVER_CAPS | AaplQuery.VOLUME_CAPS | AaplQuery.MODEL_INFO),
    clientCaps: BigInt(
      AaplServerCaps.SUPPORTS_READ_DIR_ATTR | AaplServerCaps.SUPPORTS_OSX_COPYFILE | AaplServerCaps.UNIX_BASED,
    ),
  } as const;
  const root = (await open('', {
    createOptions: 1,
    createContexts: [makeCreateContext(CreateContextName.AAPL, aaplRequest, query)],
  }))!;
  const listing = {
    fileInformationClass: FileInformationClass.FileIdBothDirectoryInformation,
    flags: 0,
    fileIndex: 0,
    fileId: root,
    searchPattern: '*',
    outputBufferLength: 65_536,
  };
  await client.request(Command.QUERY_DIRECTORY, queryDirectoryRequest, queryDirectoryResponse, listing, { treeId });
  await close(root);
  // smbd does not know this request and says so.
  await open('', {
    createOptions: 1,
    createContexts: [
      makeCreateContext(CreateContextName.AAPL, aaplRequest, { kind: 'resolve-id', fileId: 0x1122_3344n }),
    ],
  }).catch(() => undefined);
  client.close();
  await client.ended();
}

/**
 * A stream in the extended attribute of streams_xattr, which has a zero behind the stream's bytes.
 */
function setStream(file: string, stream: string, bytes: Uint8Array): void {
  const hex = Buffer.from(bytes).toString('hex');
  const { status, stderr } = spawnSync('setfattr', ['-n', `user.DosStream.${stream}:$DATA`, '-v', `0x${hex}00`, file]);
  if (status !== 0) throw new Error(`setfattr: ${stderr}`);
}

/** The stream in which macOS keeps Finder information: 60 bytes, big-endian. */
function afpInfo(): Uint8Array {
  const bytes = new Uint8Array(60);
  bytes.set(Buffer.from('AFP\0'), 0);
  bytes.set([0, 1, 0, 0], 4);
  bytes.set([0x80, 0, 0, 0], 12);
  // FinderInfo: type, creator, flags (a custom label); after 16 bytes the date, after 24 bytes the
  // extended flags.
  bytes.set(Buffer.from('TEXTttxt'), 16);
  bytes.set([0x04, 0x0c], 24);
  return bytes;
}
