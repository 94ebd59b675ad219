import type { Named, NodeState, Snapshot } from './snapshot.ts';

/** One difference between two snapshots. */
export type Change =
  | { readonly what: 'content' | 'allocation'; readonly inode: bigint; readonly grown: boolean }
  | {
      readonly what: 'stream-made' | 'stream-gone' | 'stream-changed';
      readonly inode: bigint;
      /** The stream's folded name. */
      readonly stream: string;
      readonly grown: boolean;
    }
  | { readonly what: 'attributes'; readonly inode: bigint; readonly bits: number }
  | {
      readonly what: 'eas' | 'descriptor' | 'birth-time' | 'access-time' | 'write-time' | 'change-time' | 'posix';
      readonly inode: bigint;
    }
  | {
      readonly what: 'name-made' | 'name-gone';
      readonly inode: bigint;
      readonly parent: bigint;
      readonly name: string;
    };

/**
 * Everything that changed between two snapshots. For files that are new or gone, only their names
 * are reported.
 */
export function differences(before: Snapshot, after: Snapshot): readonly Change[] {
  const changes: Change[] = [];
  for (const [inode, old] of before.nodes) {
    const now = after.nodes.get(inode);
    for (const [name, held] of old.entries) {
      if (now?.entries.get(name) === held) continue;
      changes.push({ what: 'name-gone', parent: inode, name, inode: held });
    }
    if (now !== undefined) compare(old, now, changes);
  }
  for (const [inode, { entries }] of after.nodes) {
    const old = before.nodes.get(inode)?.entries;
    for (const [name, held] of entries) {
      if (old?.get(name) !== held) changes.push({ what: 'name-made', parent: inode, name, inode: held });
    }
  }
  return changes;
}

function compare(old: NodeState, now: NodeState, changes: Change[]): void {
  const { inode } = old;
  if (!old.content.equals(now.content)) {
    changes.push({ what: 'content', inode, grown: isGrown(old.content, now.content) });
  } else if (old.stat.allocationSize !== now.stat.allocationSize && !old.directory) {
    changes.push({ what: 'allocation', inode, grown: now.stat.allocationSize > old.stat.allocationSize });
  }
  compareStreams(old, now, changes);
  const bits = old.stat.attributes ^ now.stat.attributes;
  if (bits !== 0) changes.push({ what: 'attributes', inode, bits });
  if (!sameBytes(old.descriptor, now.descriptor)) changes.push({ what: 'descriptor', inode });
  if (!sameNamed(old.eas, now.eas)) changes.push({ what: 'eas', inode });
  // Clients see units of 100 ns. The disk may have a more exact time until attributes are stored.
  if (old.stat.birthTime / 100n !== now.stat.birthTime / 100n) changes.push({ what: 'birth-time', inode });
  if (old.stat.writeTime !== now.stat.writeTime) changes.push({ what: 'write-time', inode });
  if (old.stat.changeTime !== now.stat.changeTime) changes.push({ what: 'change-time', inode });
  // Every reading of a file moves its access time, including that of this observer. So only times
  // that a client gave are reported.
  if (old.stat.accessTime !== now.stat.accessTime && now.stat.accessTime < OLD_DAYS) {
    changes.push({ what: 'access-time', inode });
  }
  const { uid, gid, mode } = old.stat;
  if (uid !== now.stat.uid || gid !== now.stat.gid || mode !== now.stat.mode) changes.push({ what: 'posix', inode });
}

function compareStreams(old: NodeState, now: NodeState, changes: Change[]): void {
  const { inode } = old;
  for (const [stream, { bytes }] of old.streams) {
    const held = now.streams.get(stream)?.bytes;
    if (held === undefined) changes.push({ what: 'stream-gone', inode, stream, grown: false });
    else if (!held.equals(bytes)) changes.push({ what: 'stream-changed', inode, stream, grown: isGrown(bytes, held) });
  }
  for (const stream of now.streams.keys()) {
    if (!old.streams.has(stream)) changes.push({ what: 'stream-made', inode, stream, grown: false });
  }
}

/** True if all bytes that existed are unchanged. */
function isGrown(old: Buffer, now: Buffer): boolean {
  return now.length > old.length && now.subarray(0, old.length).equals(old);
}

function sameBytes(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}

function sameNamed(a: ReadonlyMap<string, Named>, b: ReadonlyMap<string, Named>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, { bytes }] of a) if (b.get(key)?.bytes.equals(bytes) !== true) return false;
  return true;
}

/**
 * 2015-01-01 in nanoseconds. Times that clients give are before it, times of the test run after it.
 */
const OLD_DAYS = 1_420_070_400_000_000_000n;

/** The change in a few words, with the path of what changed. */
export function describe(change: Change, before: Snapshot, after: Snapshot): string {
  const pathNow = (inode: bigint): string => pathOf(before, inode) ?? pathOf(after, inode) ?? `inode ${inode}`;
  switch (change.what) {
    case 'name-made':
    case 'name-gone':
      return `${change.what}: ${change.name} in ${pathNow(change.parent)}`;
    case 'stream-made':
    case 'stream-gone':
    case 'stream-changed':
      return `${change.what}: ${pathNow(change.inode)}:${change.stream.toLowerCase()}`;
    default:
      return `${change.what} of ${pathNow(change.inode)}`;
  }
}

function pathOf({ nodes, root }: Snapshot, inode: bigint): string | undefined {
  const walk = (at: bigint, path: string): string | undefined => {
    if (at === inode) return path === '' ? 'the root' : path;
    for (const [name, child] of nodes.get(at)?.entries ?? []) {
      const found = walk(child, path === '' ? name : `${path}\\${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return walk(root, '');
}
