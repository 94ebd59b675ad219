import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode, type SecurityDescriptor, securityDescriptor } from '@tsmbd/ms-dtyp';
import { AccessMask } from '@tsmbd/smb2-codec';
import { createMemoryVfs, createPosixVfs, type Vfs, type VfsHandle, type VfsPath } from '@tsmbd/vfs-adapter';
import type { ServerConfig, Share } from '../../src/index.ts';
import { TEST_ACCOUNTS } from '../../src/testing.ts';
import { type Harness, startServer } from '../harness.ts';
import { type Mount, mount } from '../requests.ts';

/**
 * What the tables of refusals are played on: a server, its back end, and alice, who may do what
 * each case says.
 */
export interface World {
  readonly h: Harness;
  readonly vfs: Vfs;
  readonly alice: Mount;
  end(): Promise<void>;
}

export type BackEnd = 'memory' | 'posix';
export const BACK_ENDS: readonly BackEnd[] = ['memory', 'posix'];

/** Shares in which alice may read and nothing else. */
export const READ_ONLY_SHARES: Readonly<Record<string, Partial<Share>>> = {
  'read-only share': { readOnly: true },
  'share whose write list leaves the user out': { access: () => 'read' },
};

export const ALICE = TEST_ACCOUNTS[0]!.sid;
export const BOB = TEST_ACCOUNTS[1]!.sid;

export async function makeWorld(
  backEnd: BackEnd,
  share: Partial<Share> = {},
  config: Partial<ServerConfig> = {},
): Promise<World> {
  const folder = backEnd === 'posix' ? mkdtempSync(join(tmpdir(), 'tsmbd-rules-')) : undefined;
  const vfs = folder === undefined ? createMemoryVfs() : createPosixVfs({ root: folder });
  const h = startServer({ maxOpensPerSession: 10_000, ...config }, { ...share, vfs });
  const alice = await mount(await h.logOn());
  return {
    h,
    vfs,
    alice,
    async end() {
      await h.server.shutdown('end of test');
      await vfs.dispose();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A file, a named stream of one, a folder, the share's root. */
export type Kind = 'file' | 'stream' | 'folder' | 'root';
export const KINDS: readonly Kind[] = ['file', 'stream', 'folder', 'root'];

/** Something made anew for a case. */
export interface Subject {
  /** As clients name it. */
  readonly name: string;
  /** Where it is, or its file. */
  readonly path: VfsPath;
  /** The folder that it is in, as clients name it, with a separator behind; '' for the root. */
  readonly folder: string;
}

export interface Placing {
  /** What alice's entry in the subject's descriptor allows. */
  readonly mask: number;
  /**
   * What her entry in the folder's descriptor allows; default: to add and to pass, not to list or
   * delete.
   */
  readonly folderMask?: number;
  /** DOS attributes of the subject, or of its file. */
  readonly attributes?: number;
}

const PASS_AND_ADD = AccessMask.FILE_TRAVERSE | AccessMask.FILE_ADD_FILE | AccessMask.FILE_ADD_SUBDIRECTORY;
let cases = 0;

/**
 * Puts a subject that belongs to bob there, past the server: a file has bytes, a stream `old` with
 * bytes and an extended attribute; a folder has an entry.
 */
export async function place({ vfs }: World, kind: Kind, placing: Placing): Promise<Subject> {
  if (kind === 'root') {
    await describe(vfs, [], placing.mask);
    return { name: '', path: [], folder: '' };
  }
  cases += 1;
  const folder = `case-${cases}`;
  await make(vfs, [folder], 'directory', async (handle) => setDacl(handle, placing.folderMask ?? PASS_AND_ADD));
  const path = [folder, kind === 'folder' ? 'd' : 'f'];
  await make(vfs, path, kind === 'folder' ? 'directory' : 'file', async (handle) => {
    if (kind !== 'folder') await handle.write(new TextEncoder().encode('the bytes of it'), 0);
    await handle.setStream('old', new TextEncoder().encode('the stream'));
    if (kind !== 'folder') await handle.setEa('KEPT', new Uint8Array([1, 2, 3]));
    if (placing.attributes !== undefined) await handle.set({ attributes: placing.attributes });
    await setDacl(handle, placing.mask);
  });
  if (kind === 'folder') await make(vfs, [...path, 'entry'], 'file', async (handle) => setDacl(handle, 0));
  const name = path.join('\\');
  return { name: kind === 'stream' ? `${name}:old` : name, path, folder: `${folder}\\` };
}

/** Gives what is there bob's descriptor, with alice's entry. */
export async function describe(vfs: Vfs, path: VfsPath, mask: number): Promise<void> {
  const { handle } = await vfs.open(path, { disposition: 'open', kind: 'any', data: 'none' });
  await setDacl(handle, mask);
  await handle.close();
}

async function make(vfs: Vfs, path: VfsPath, kind: 'file' | 'directory', then: (handle: VfsHandle) => Promise<void>) {
  const { handle } = await vfs.open(path, { disposition: 'create', kind, data: 'read-write' });
  await then(handle);
  await handle.close();
}

async function setDacl(handle: VfsHandle, mask: number): Promise<void> {
  await handle.setSecurityDescriptor(encode(securityDescriptor, bobs(mask)));
}

/** Bob's own, with an entry for alice. */
export function bobs(mask: number): SecurityDescriptor {
  const allow = (sid: string, granted: number) => ({ type: 0, flags: 0, mask: granted, sid });
  return {
    // SELF_RELATIVE, DACL_PRESENT, DACL_PROTECTED
    control: 0x9004,
    owner: BOB,
    group: BOB,
    dacl: { revision: 2, aces: [allow(BOB, AccessMask.FILE_ALL_ACCESS), ...(mask === 0 ? [] : [allow(ALICE, mask)])] },
  };
}

/**
 * Everything that is in the subject's folder, as text that can be compared: names, bytes, streams,
 * attributes, descriptors, links. Of the root as a subject, everything.
 */
export async function snapshot({ vfs }: World, { path: [folder] }: Pick<Subject, 'path'>): Promise<string> {
  const lines: string[] = [];
  const look = async (path: VfsPath): Promise<void> => {
    const { handle } = await vfs.open(path, { disposition: 'open', kind: 'any', data: 'read', noFollow: true });
    try {
      const stat = await handle.stat();
      const bytes = new Uint8Array(stat.kind === 'directory' ? 0 : Number(stat.size));
      if (bytes.length > 0) await handle.read(bytes, 0);
      const streams = await Promise.all(
        (await handle.listStreams()).map(async ({ name }) => `${name}=${hex((await handle.getStream(name))!)}`),
      );
      const eas = (await handle.listEas()).map((ea) => `${ea.name}=${hex(ea.value)}`);
      const { kind, attributes, birthTime, writeTime, uid, gid, mode } = stat;
      const links = kind === 'directory' ? 1 : stat.linkCount;
      const descriptor = hex((await handle.getSecurityDescriptor()) ?? new Uint8Array(0));
      // A folder's write time moves with its entries, which are here themselves.
      const written = kind === 'directory' ? 0n : writeTime;
      lines.push(
        `/${path.join('/')} ${kind} ${attributes} ${birthTime} ${written} ${uid}:${gid} ${mode} links ${links} ` +
          `bytes ${hex(bytes)} streams ${streams.sort()} eas ${eas.sort()} descriptor ${descriptor}`,
      );
      if (kind !== 'directory') return;
      const cursor = await handle.list();
      for (;;) {
        const entries = await cursor.next(100);
        if (entries.length === 0) break;
        for (const { name } of entries) await look([...path, name]);
      }
      cursor.close();
    } finally {
      await handle.close();
    }
  };
  await look(folder === undefined ? [] : [folder]);
  return lines.join('\n');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
