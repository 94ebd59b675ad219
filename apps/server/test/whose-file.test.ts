import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  Command,
  CreateDisposition,
  CreateOptions,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  type FileId,
  InfoType,
  ntStatusName,
  setInfoRequest,
  setInfoResponse,
} from '@tsmbd/smb2-codec';
import { createBody, SmbClient, SmbError } from '@tsmbd/tool-smb-client';
import { startSmbd } from '@tsmbd/tool-smbd';
import { missingPeers, peersRequired } from '@tsmbd/tool-test';
import test from 'ava';
import { State } from '../src/state/state.ts';
import { addUser, TestDaemon } from './helpers/daemon.ts';

/*
 * Four users and a guest do twelve things with files of their own, of their group, of others, and
 * with a POSIX ACL, at tsmbd and at smbd with the same configuration. The users are known to both
 * through the name service alone: libnss_wrapper gives each its own passwd and group.
 */

const WRAPPER = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib']
  .map((folder) => join(folder, 'libnss_wrapper.so'))
  .find((file) => existsSync(file));
const hasPeers = missingPeers(['smbd', 'setfacl']).length === 0 && WRAPPER !== undefined;
const isRoot = process.geteuid?.() === 0;
const withSmbd = isRoot && (hasPeers || peersRequired()) ? test.serial : test.serial.skip;

const PASSWORD = 'Passw0rd1';
const [ANN, BOB, CARL, STAFF, NOBODY] = [62_001, 62_002, 62_003, 62_100, 65_534];
const PASSWD = `root:x:0:0::/root:/bin/sh
ann:x:${ANN}:${ANN}::/:/bin/sh
bob:x:${BOB}:${BOB}::/:/bin/sh
carl:x:${CARL}:${CARL}::/:/bin/sh
nobody:x:${NOBODY}:${NOBODY}::/:/bin/sh
`;
const GROUP = `root:x:0:
ann:x:${ANN}:
bob:x:${BOB}:
carl:x:${CARL}:
staff:x:${STAFF}:bob
nogroup:x:${NOBODY}:
`;

// Without `map archive = no`, smbd makes every new file executable, because it has ARCHIVE.
const GLOBALS = 'map archive = no\nrestrict anonymous = 0\nmap to guest = bad user\nguest account = nobody\n';
const sharesOf = (path: string): string =>
  `[forced]\npath = ${path}\nread only = no\nforce user = ann\n[guests]\npath = ${path}\nread only = no\nguest ok = yes\n`;

/** Who comes, to which share. */
const WHO = {
  ann: ['ann', 'files'],
  bob: ['bob', 'files'],
  'carl, who is ann': ['carl', 'forced'],
  // Anonymous: no password, so no session key that the client would have to know.
  guest: ['', 'guests'],
} as const;

/** Whose a file and its directory are: owner, group, modes, and what setfacl adds. */
const WHOSE = {
  own: { uid: ANN, gid: ANN, file: 0o600, directory: 0o700, acl: '' },
  group: { uid: 0, gid: STAFF, file: 0o660, directory: 0o770, acl: '' },
  other: { uid: 0, gid: 0, file: 0o644, directory: 0o755, acl: '' },
  acl: { uid: 0, gid: 0, file: 0o600, directory: 0o700, acl: `u:${ANN}:rwX` },
} as const;

const READ = 0x0012_0089;
const WRITE = 0x0012_0116;
const DELETE = 0x0011_0080;
const { OPEN, CREATE, OVERWRITE } = CreateDisposition;
const { DIRECTORY_FILE, NON_DIRECTORY_FILE, DELETE_ON_CLOSE } = CreateOptions;

interface Doing {
  readonly name: string;
  readonly access: number;
  readonly disposition?: number;
  readonly options?: number;
  /** SET_INFO of this class with these bytes. */
  readonly set?: readonly [informationClass: number, buffer: (directory: string) => Buffer];
}

const BASIC = 4;
const RENAME = 10;

/** FileBasicInformation with one time, or attributes. [MS-FSCC] 2.4.7 */
function basic(writeTime: bigint, attributes: number): Buffer {
  const bytes = Buffer.alloc(40);
  bytes.writeBigInt64LE(writeTime, 16);
  bytes.writeUInt32LE(attributes, 32);
  return bytes;
}

/** FileRenameInformation, [MS-FSCC] 2.4.37.2. */
function renamed(path: string): Buffer {
  const name = Buffer.from(path, 'utf16le');
  const bytes = Buffer.alloc(20 + name.length);
  bytes.writeUInt32LE(name.length, 16);
  name.copy(bytes, 20);
  return bytes;
}

const DOINGS: Readonly<Record<string, Doing>> = {
  read: { name: 'File', access: READ },
  'read in other case': { name: 'FILE', access: READ },
  write: { name: 'File', access: WRITE },
  overwrite: { name: 'File', access: READ | WRITE, disposition: OVERWRITE },
  'make a file': { name: 'new', access: READ | WRITE, disposition: CREATE, options: NON_DIRECTORY_FILE },
  'make a directory': { name: 'newd', access: READ, disposition: CREATE, options: DIRECTORY_FILE },
  list: { name: '', access: READ, options: DIRECTORY_FILE },
  rename: { name: 'File', access: DELETE, set: [RENAME, (directory) => renamed(`${directory}\\moved`)] },
  delete: { name: 'File', access: DELETE, options: DELETE_ON_CLOSE },
  'delete a directory': { name: 'Sub', access: DELETE, options: DELETE_ON_CLOSE | DIRECTORY_FILE },
  'set attributes': { name: 'File', access: 0x0010_0100, set: [BASIC, () => basic(0n, 0x22)] },
  'set times': { name: 'File', access: 0x0010_0100, set: [BASIC, () => basic(132_000_000_000_000_000n, 0)] },
};

/** A tree with a directory for each of whose, who and what. */
function makeTree(root: string): void {
  mkdirSync(root);
  chmodSync(root, 0o755);
  for (const [whose, { uid, gid, file, directory, acl }] of Object.entries(WHOSE)) {
    for (const [who] of Object.keys(WHO).entries()) {
      for (const [what] of Object.keys(DOINGS).entries()) {
        const path = join(root, `${whose}-${who}-${what}`);
        mkdirSync(join(path, 'Sub'), { recursive: true });
        writeFileSync(join(path, 'File'), 'text');
        for (const [name, mode] of [
          ['File', file],
          ['Sub', directory],
          ['', directory],
        ] as const) {
          chownSync(join(path, name), uid, gid);
          chmodSync(join(path, name), mode);
        }
      }
    }
    const mine = readdirSync(root).filter((name) => name.startsWith(whose));
    if (acl !== '') execFileSync('setfacl', ['-R', '-m', acl, ...mine.map((name) => join(root, name))]);
  }
}

async function doIt(client: SmbClient, treeId: number, directory: string, doing: Doing): Promise<string> {
  const { name, access, disposition = OPEN, options = 0, set } = doing;
  let fileId: FileId | undefined;
  try {
    const body = createBody(name === '' ? directory : `${directory}\\${name}`, {
      desiredAccess: access,
      createDisposition: disposition,
      createOptions: options,
    });
    fileId = (await client.request(Command.CREATE, createRequest, createResponse, body, { treeId })).body!.fileId;
    if (set !== undefined) {
      const [fileInfoClass, buffer] = set;
      const value = {
        infoType: InfoType.FILE,
        fileInfoClass,
        additionalInformation: 0,
        buffer: buffer(directory),
        fileId,
      };
      await client.request(Command.SET_INFO, setInfoRequest, setInfoResponse, value as never, { treeId });
    }
    return 'STATUS_SUCCESS';
  } catch (error) {
    if (error instanceof SmbError) return ntStatusName(error.status);
    throw error;
  } finally {
    if (fileId !== undefined) {
      await client.request(Command.CLOSE, closeRequest, closeResponse, { flags: 0, fileId }, { treeId });
    }
  }
}

/** What a server answers to all of it. */
async function answers(port: number): Promise<Record<string, string>> {
  const said: Record<string, string> = {};
  for (const [who, [who_, [user, share]]] of Object.entries(WHO).entries()) {
    const client = await SmbClient.connect('127.0.0.1', port);
    try {
      await client.negotiate();
      await client.logOn(user, user === '' ? '' : PASSWORD);
      const treeId = await client.tree(share);
      for (const whose of Object.keys(WHOSE)) {
        for (const [what, [what_, doing]] of Object.entries(DOINGS).entries()) {
          said[`${who_}: ${what_}, ${whose}`] = await doIt(client, treeId, `${whose}-${who}-${what}`, doing);
        }
      }
    } finally {
      client.close();
    }
  }
  return said;
}

/** Owner, group and mode of everything. */
function onDisk(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const { uid, gid, mode } = lstatSync(join(root, name));
    found[name] = `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
  }
  return found;
}

withSmbd(
  'users and a guest get the answers that smbd gives, and their files have the same owners and modes',
  async (t) => {
    t.timeout(110_000);
    // A file system on a disk: POSIX ACLs, owners, extended attributes.
    const folder = mkdtempSync('/var/tmp/tsmbd-whose-');
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'passwd'), PASSWD);
    writeFileSync(join(folder, 'group'), GROUP);
    const env = {
      ...process.env,
      LD_PRELOAD: WRAPPER,
      NSS_WRAPPER_PASSWD: join(folder, 'passwd'),
      NSS_WRAPPER_GROUP: join(folder, 'group'),
    };
    const [theirs, ours] = [join(folder, 'theirs'), join(folder, 'ours')];
    for (const root of [theirs, ours]) makeTree(root);
    const smbd = join(folder, 'smbd');
    mkdirSync(smbd);
    let expected: Record<string, string>;
    {
      await using theirSmbd = await startSmbd({
        folder: smbd,
        share: { name: 'files', path: theirs },
        password: PASSWORD,
        settings: GLOBALS,
        shares: sharesOf(theirs),
        users: ['ann', 'bob', 'carl'],
        env,
      });
      expected = await answers(theirSmbd.port);
    }
    const state = join(folder, 'state');
    for (const name of ['ann', 'bob', 'carl']) {
      addUser(state, name, PASSWORD);
      using kept = new State(state, '');
      // Users of the system by their names.
      kept.table.setUnix(name, { unixUser: undefined, unixGroup: undefined, unixGroups: [] });
    }
    writeFileSync(
      join(folder, 'tsmbd.conf'),
      `[global]\nworkers = ${process.env['TSMBD_TEST_WORKERS'] ?? '1'}\n${GLOBALS}[files]\npath = ${ours}\nread only = no\n${sharesOf(ours)}`,
    );
    await using daemon = await TestDaemon.startIn(folder, false, env);
    t.deepEqual(await answers(daemon.port), expected);
    t.deepEqual(onDisk(ours), onDisk(theirs));
    // It is no table of refusals alone, nor of successes.
    const statuses = Object.values(expected);
    for (const status of ['STATUS_SUCCESS', 'STATUS_ACCESS_DENIED']) {
      t.true(statuses.filter((one) => one === status).length > 40, status);
    }
  },
);
