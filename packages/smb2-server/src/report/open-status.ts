import { unixMsFromFiletime } from '@tsmbd/ms-dtyp';
import { CacheBits, type CacheState, type FileState, locksOf, oplockOfCache } from '@tsmbd/oplock-lease';
import { leaseKey } from '../caching/index.ts';
import type { Engine, Open } from '../model/index.ts';
import { openedPath } from '../names/index.ts';

/** An Open, what its client may cache, and what it has locked. */
export interface OpenStatus {
  /** Hexadecimal. */
  readonly id: string;
  readonly share: string;
  readonly path: string;
  readonly access: number;
  readonly shareAccess: number;
  readonly openedAt: number;
  /** Undefined when nothing may be cached and no lease is held. */
  readonly caching: CachingStatus | undefined;
  readonly locks: readonly LockStatus[];
}

export interface CachingStatus {
  readonly by: 'oplock' | 'lease';
  /** Some of the letters R (reads), W (writes) and H (handles). */
  readonly state: string;
  /** The state that it is being broken to, if a break is under way. */
  readonly breakingTo: string | undefined;
  /** For oplocks: `II`, `exclusive` or `batch`. */
  readonly level: string | undefined;
  /** For leases. */
  readonly leaseKey: string | undefined;
  /**
   * For as long as this lasts, local programs have to wait when they open the file, or are watched
   * in the directory.
   */
  readonly localPrograms: 'held up' | 'watched' | undefined;
}

/** Bytes as decimal text, because they may exceed the numbers of JSON. */
export interface LockStatus {
  readonly offset: string;
  readonly length: string;
  readonly exclusive: boolean;
}

export function openStatusOf(server: Engine, open: Open): OpenStatus {
  const state = open.kind === 'file' ? server.authority.peek(open.key) : undefined;
  return {
    id: open.fileId.volatile.toString(16),
    share: open.tree.share.name,
    path: open.kind === 'pipe' ? open.name : openedPath(open),
    access: open.grantedAccess,
    shareAccess: open.kind === 'pipe' ? 7 : open.shareAccess,
    openedAt: unixMsFromFiletime(open.openedAt),
    caching: state && cachingOf(server, state, open),
    locks: (state === undefined ? [] : locksOf(state, open.id)).map(({ offset, length, exclusive }) => ({
      offset: String(offset),
      length: String(length),
      exclusive,
    })),
  };
}

function cachingOf(server: Engine, file: Readonly<FileState>, open: Open): CachingStatus | undefined {
  const own = file.opens.get(open.id);
  const lease = own?.lease === undefined ? undefined : file.leases.get(own.lease);
  const holder = lease ?? own;
  if (holder === undefined || (lease === undefined && holder.cache === CacheBits.NONE)) return undefined;
  return {
    by: lease === undefined ? 'oplock' : 'lease',
    state: letters(holder.cache),
    breakingTo: holder.breaking && letters(holder.breaking.to),
    level: lease === undefined ? LEVELS[oplockOfCache(holder.cache)] : undefined,
    leaseKey: lease && leaseKey(lease.id),
    localPrograms: open.kind === 'file' ? localProgramsOf(server, open.key) : undefined,
  };
}

function localProgramsOf(server: Engine, key: string): CachingStatus['localPrograms'] {
  if (server.directoryLeases.isWatched(key)) return 'watched';
  return server.systemLeases.isHeld(key) ? 'held up' : undefined;
}

function letters(cache: CacheState): string {
  const letter = (bit: number, name: string): string => ((cache & bit) !== 0 ? name : '');
  return letter(CacheBits.READ, 'R') + letter(CacheBits.WRITE, 'W') + letter(CacheBits.HANDLE, 'H');
}

const LEVELS: Readonly<Record<number, string>> = { 1: 'II', 8: 'exclusive', 9: 'batch' };
