import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, encode, formatSddl, parseSddl, type SecurityDescriptor, securityDescriptor } from '@tsmbd/ms-dtyp';
import {
  Command,
  createRequest,
  createResponse,
  type FileId,
  queryInfoRequest,
  queryInfoResponse,
  setInfoRequest,
  setInfoResponse,
} from '@tsmbd/smb2-codec';
import { createBody, SmbClient } from '@tsmbd/tool-smb-client';
import { startSmbd } from '@tsmbd/tool-smbd';
import { missingPeers, peersRequired } from '@tsmbd/tool-test';
import { createPosixVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { serve } from '../src/serve.ts';

const PEERS = ['smbd', 'setfacl', 'getfacl'] as const;
const canRun = process.getuid?.() === 0 && (missingPeers(PEERS).length === 0 || peersRequired());
const PASSWORD = 'Passw0rd1';
const SECURITY = 3;
/** OWNER, GROUP and DACL. */
const PARTS = 7;
const DACL = 4;
const READ_CONTROL = 0x0002_0000;
const WRITE_DAC = 0x0004_0000;
/** A user and a group of the system that no server has an account for. */
const [UID, GID, OTHER] = [54_321, 54_322, 54_323];

/** A client of one of the servers, on one share. */
class Side {
  readonly #client: SmbClient;
  readonly #treeId: number;

  constructor(client: SmbClient, treeId: number) {
    this.#client = client;
    this.#treeId = treeId;
  }

  static async connect(port: number, share: string): Promise<Side> {
    const client = await SmbClient.login('127.0.0.1', port, 'root', PASSWORD);
    return new Side(client, await client.tree(share));
  }

  async open(name: string, desiredAccess: number): Promise<FileId> {
    const body = createBody(name, { desiredAccess });
    const options = { treeId: this.#treeId };
    const reply = await this.#client.request(Command.CREATE, createRequest, createResponse, body, options);
    return reply.body!.fileId;
  }

  /** As SDDL; the user's own SID is ME. */
  async get(name: string): Promise<string> {
    const body = {
      infoType: SECURITY,
      fileInfoClass: 0,
      outputBufferLength: 65_536,
      additionalInformation: PARTS,
      flags: 0,
      fileId: await this.open(name, READ_CONTROL),
      inputBuffer: new Uint8Array(0),
    };
    const options = { treeId: this.#treeId };
    const reply = await this.#client.request(Command.QUERY_INFO, queryInfoRequest, queryInfoResponse, body, options);
    return formatSddl(decode(securityDescriptor, reply.body!.buffer)).replaceAll(/S-1-5-21-\d+-\d+-\d+-1000/g, 'ME');
  }

  async set(name: string, descriptor: SecurityDescriptor): Promise<void> {
    const body = {
      infoType: SECURITY,
      fileInfoClass: 0,
      additionalInformation: DACL,
      fileId: await this.open(name, WRITE_DAC),
      buffer: encode(securityDescriptor, descriptor),
    };
    const options = { treeId: this.#treeId };
    await this.#client.request(Command.SET_INFO, setInfoRequest, setInfoResponse, body as never, options);
  }

  close(): void {
    this.#client.close();
  }
}

interface World extends AsyncDisposable {
  readonly root: string;
  /** Of smbd: without acl_xattr, with it, and with it as one that ignores permission bits. */
  readonly smbd: Readonly<Record<'plain' | 'xattr' | 'ignoring', Side>>;
  readonly tsmbd: Readonly<Record<'files' | 'ignoring', Side>>;
}

async function world(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'tsmbd-descriptors-'));
  const root = join(folder, 'files');
  mkdirSync(root);
  chmodSync(root, 0o777);
  const smbd = await startSmbd({
    folder,
    share: { name: 'plain', path: root },
    password: PASSWORD,
    settings: `acl allow execute always = no
[xattr]
path = ${root}
read only = no
vfs objects = acl_xattr
[ignoring]
path = ${root}
read only = no
vfs objects = acl_xattr
acl_xattr:ignore system acls = yes
`,
  });
  const server = await serve({
    shares: {
      files: { vfs: createPosixVfs({ root }) },
      ignoring: { vfs: createPosixVfs({ root, ignoreSystemAcls: true }) },
    },
    users: [{ name: 'root', password: PASSWORD }],
  });
  const sides = {
    plain: await Side.connect(smbd.port, 'plain'),
    xattr: await Side.connect(smbd.port, 'xattr'),
    ignoring: await Side.connect(smbd.port, 'ignoring'),
  };
  const ours = {
    files: await Side.connect(server.port, 'files'),
    ignoring: await Side.connect(server.port, 'ignoring'),
  };
  return {
    root,
    smbd: sides,
    tsmbd: ours,
    async [Symbol.asyncDispose]() {
      for (const side of [...Object.values(sides), ...Object.values(ours)]) side.close();
      await server.close();
      await smbd[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const RWX = [
  [0x1, 'r'],
  [0x2, 'w'],
  [0x20, 'x'],
] as const;

/**
 * The entries, sorted, with what POSIX knows of their rights: smbd lets whoever has all three bits
 * do everything. An owner's x is left out: here, an owner who may read and write may do everything.
 */
function posixView(sddl: string): string[] {
  const sd = parseSddl(sddl.replaceAll('ME', 'S-1-5-21-1-2-3-1000'));
  const entries = sd.dacl!.aces.flatMap(({ sid, flags, mask }) => {
    const owns = sid === sd.owner || sid === 'S-1-3-0';
    const bits = RWX.filter(([right, letter]) => (mask & right) !== 0 && !(owns && letter === 'x'));
    const text = bits.map(([, letter]) => letter).join('');
    // smbd names the owner again, which gives nothing.
    if (owns && text === '') return [];
    // One entry for a directory and its children is the same as two.
    return (flags === 3 ? [0, 11] : [flags]).map((each) => `${sid} ${each} ${text}`);
  });
  return [sd.owner!, sd.group!, ...new Set(entries.sort())];
}

const both = canRun ? test.serial : test.serial.skip;

both('smbd and tsmbd make the same descriptors of permission bits and POSIX ACLs', async (t) => {
  await using w = await world();
  const names: string[] = [];
  for (const mode of [0o000, 0o400, 0o444, 0o604, 0o640, 0o660, 0o666, 0o711, 0o750, 0o755, 0o770, 0o777]) {
    const [file, directory] = [`f${mode.toString(8)}`, `d${mode.toString(8)}`];
    writeFileSync(join(w.root, file), 'x');
    mkdirSync(join(w.root, directory));
    for (const name of [file, directory]) {
      chownSync(join(w.root, name), (mode & 7) === 0 ? 0 : UID, GID);
      chmodSync(join(w.root, name), mode);
      names.push(name);
    }
  }
  const acls = [
    `u:${OTHER}:rw`,
    `u:${OTHER}:rwx,g:${OTHER}:r,m::rx`,
    `g:${GID}:rwx,u:${OTHER}:---`,
    `d:u:${OTHER}:rwx`,
    `g:${OTHER}:rx,d:u::rwx,d:g::rx,d:o::---,d:g:${OTHER}:rx`,
  ];
  for (const [i, acl] of acls.entries()) {
    const isDefault = acl.includes('d:');
    const name = `acl${i}`;
    if (isDefault) mkdirSync(join(w.root, name));
    else writeFileSync(join(w.root, name), 'x');
    chownSync(join(w.root, name), UID, GID);
    chmodSync(join(w.root, name), 0o754);
    execFileSync('setfacl', ['-m', acl, join(w.root, name)]);
    names.push(name);
  }
  for (const name of names) {
    t.deepEqual(posixView(await w.tsmbd.files.get(name)), posixView(await w.smbd.plain.get(name)), name);
  }
});

/** Descriptors for files; ME and everybody as users know them, and one of the system's users. */
const DACLS = [
  'D:(A;;FA;;;ME)(A;;0x1200a9;;;WD)',
  'D:(D;;0x116;;;S-1-22-1-54323)(A;;FA;;;ME)(A;;FR;;;WD)',
  'D:(A;;FA;;;ME)(A;;0x12019f;;;S-1-22-1-54323)(A;;FR;;;S-1-22-2-54322)(A;;RC;;;WD)',
  'D:(A;;FA;;;ME)(A;;RC;;;WD)',
];
const withMe = (sddl: string): string => sddl.replaceAll('ME', 'S-1-22-1-0');

both('a descriptor set through one server is shown by the other, until a local program changes the mode', async (t) => {
  await using w = await world();
  for (const [i, dacl] of DACLS.entries()) {
    for (const [from, to] of [
      [w.tsmbd.files, w.smbd.xattr],
      [w.smbd.xattr, w.tsmbd.files],
      [w.tsmbd.ignoring, w.smbd.ignoring],
      [w.smbd.ignoring, w.tsmbd.ignoring],
    ] as const) {
      for (const kind of ['file', 'directory']) {
        const name = `${kind}${i}-${from === w.tsmbd.files}-${from === w.tsmbd.ignoring}-${to === w.tsmbd.files}`;
        if (kind === 'file') writeFileSync(join(w.root, name), 'x');
        else mkdirSync(join(w.root, name));
        const path = join(w.root, name);
        chownSync(path, 0, GID);
        chmodSync(path, 0o751);
        const sddl = withMe(kind === 'file' ? dacl : dacl.replaceAll(/\((.);;/g, '($1;OICI;'));
        await from.set(name, parseSddl(sddl));
        const [here, there] = [await from.get(name), await to.get(name)];
        t.is(there, here, `${name} ${sddl}`);
        const dropped = from !== w.tsmbd.ignoring && from !== w.smbd.ignoring;
        chmodSync(path, 0o704);
        if (!dropped) {
          t.is(await w.tsmbd.ignoring.get(name), there, `${name} ${sddl}`);
          continue;
        }
        t.not(await from.get(name), here, `${name} after chmod`);
        t.not(await to.get(name), there, `${name} after chmod`);
        t.deepEqual(posixView(await w.tsmbd.files.get(name)), posixView(await w.smbd.plain.get(name)), name);
      }
    }
  }
});

both('permission bits and POSIX ACLs become what smbd makes of the same descriptor', async (t) => {
  await using w = await world();
  for (const [i, dacl] of DACLS.entries()) {
    for (const kind of ['file', 'directory']) {
      const acls: string[][] = [];
      for (const side of [w.smbd.xattr, w.tsmbd.files]) {
        const name = `${kind}${i}-${side === w.tsmbd.files ? 'tsmbd' : 'smbd'}`;
        const path = join(w.root, name);
        if (kind === 'file') writeFileSync(path, 'x');
        else mkdirSync(path);
        chownSync(path, 0, GID);
        chmodSync(path, 0o751);
        await side.set(name, parseSddl(withMe(dacl)));
        const lines = execFileSync('getfacl', ['-cnp', path], { encoding: 'utf8' }).split('\n');
        // smbd names the owner and the owning group again.
        const own = new RegExp(`^(mask::|user:0:|group:${GID}:|default:|$)`);
        acls.push(lines.filter((line) => !own.test(line)).sort());
      }
      t.deepEqual(acls[1], acls[0], `${kind} ${dacl}`);
    }
  }
});
