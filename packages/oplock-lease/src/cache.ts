import { CacheBits, type CacheState, Oplock, type OplockLevel } from './state.ts';

const { READ, HANDLE, WRITE, NONE } = CacheBits;

/** What an oplock of this level lets its open cache. */
export function cacheOfOplock(level: OplockLevel): CacheState {
  switch (level) {
    case Oplock.NONE:
      return NONE;
    case Oplock.LEVEL_II:
      return READ;
    case Oplock.EXCLUSIVE:
      return READ | WRITE;
    case Oplock.BATCH:
      return READ | HANDLE | WRITE;
  }
}

/** The oplock level that corresponds to these bits. */
export function oplockOfCache(cache: CacheState): OplockLevel {
  if ((cache & READ) === 0) return Oplock.NONE;
  if ((cache & WRITE) === 0) return Oplock.LEVEL_II;
  return (cache & HANDLE) === 0 ? Oplock.EXCLUSIVE : Oplock.BATCH;
}

/**
 * R, RH, RW and RWH are valid states. Every combination without R counts as none. [MS-SMB2]
 * 3.3.1.12
 */
export function validCache(cache: CacheState): CacheState {
  return (cache & READ) === 0 ? NONE : cache & (READ | HANDLE | WRITE);
}
