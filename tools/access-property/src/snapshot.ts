import type { Vfs, VfsHandle, VfsStat } from '@tsmbd/vfs-adapter';
import { folded } from './name.ts';

export interface Named {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Everything that can be known about a file or folder. */
export interface NodeState {
  readonly inode: bigint;
  readonly directory: boolean;
  readonly stat: VfsStat;
  readonly content: Buffer;
  /** The stored bytes. */
  readonly descriptor: Buffer | undefined;
  /** By folded name. The streams are too. */
  readonly eas: ReadonlyMap<string, Named>;
  readonly streams: ReadonlyMap<string, Named>;
  /** A folder's names, as they are spelled. */
  readonly entries: ReadonlyMap<string, bigint>;
}

/** The whole share at one moment, as its back end reports it. */
export interface Snapshot {
  readonly root: bigint;
  readonly nodes: ReadonlyMap<bigint, NodeState>;
}

/** Reads everything that exists, through the back end and not through SMB. */
export async function takeSnapshot(vfs: Vfs): Promise<Snapshot> {
  const nodes = new Map<bigint, NodeState>();
  const root = await look(vfs, [], nodes);
  return { root, nodes };
}

async function look(vfs: Vfs, path: readonly string[], nodes: Map<bigint, NodeState>): Promise<bigint> {
  const opened = vfs.open(path, { disposition: 'open', kind: 'any', data: 'read', noFollow: true });
  const { handle } = opened instanceof Promise ? await opened : opened;
  let inode: bigint;
  let names: readonly string[] = [];
  const entries = new Map<string, bigint>();
  try {
    const stat = await handle.stat();
    ({ inode } = stat);
    if (nodes.has(inode)) return inode;
    const directory = handle.kind === 'directory';
    if (directory) names = await namesIn(handle);
    nodes.set(inode, {
      inode,
      directory,
      stat,
      content: directory ? EMPTY : await contentOf(handle, stat.size),
      descriptor: copyOf(await handle.getSecurityDescriptor()),
      eas: byName((await handle.listEas()).map(({ name, value }) => ({ name, bytes: Buffer.from(value) }))),
      streams: byName(await streamsOf(handle)),
      entries,
    });
  } finally {
    await handle.close();
  }
  for (const name of names) entries.set(name, await look(vfs, [...path, name], nodes));
  return inode;
}

async function namesIn(handle: VfsHandle): Promise<readonly string[]> {
  const cursor = await handle.list();
  const names: string[] = [];
  try {
    for (;;) {
      const found = await cursor.next(100);
      if (found.length === 0) return names;
      for (const { name } of found) names.push(name);
    }
  } finally {
    cursor.close();
  }
}

async function contentOf(handle: VfsHandle, size: bigint): Promise<Buffer> {
  const length = Number(size < MOST ? size : MOST);
  if (length === 0) return EMPTY;
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, await handle.read(bytes, 0));
}

async function streamsOf(handle: VfsHandle): Promise<readonly Named[]> {
  const streams: Named[] = [];
  for (const { name } of await handle.listStreams()) {
    streams.push({ name, bytes: Buffer.from((await handle.getStream(name)) ?? EMPTY) });
  }
  return streams;
}

function byName(all: readonly Named[]): ReadonlyMap<string, Named> {
  return all.length === 0 ? NONE : new Map(all.map((one) => [folded(one.name), one]));
}

function copyOf(bytes: Uint8Array | undefined): Buffer | undefined {
  return bytes && Buffer.from(bytes);
}

const NONE: ReadonlyMap<string, Named> = new Map();
const EMPTY = Buffer.alloc(0);
/** How many bytes of a file are compared. The cases make no longer files. */
const MOST = 65_536n;

/** What a path leads to. Letter case is ignored. */
export function find({ nodes, root }: Snapshot, path: readonly string[]): NodeState | undefined {
  let at = nodes.get(root);
  for (const name of path) {
    const wanted = folded(name);
    let next: bigint | undefined;
    for (const [held, inode] of at?.entries ?? []) if (folded(held) === wanted) next = inode;
    at = next === undefined ? undefined : nodes.get(next);
  }
  return at;
}
