import { validCache } from './cache.ts';
import type { AcknowledgeCommand, BreakExpiredCommand, FileEffect, Outcome } from './commands.ts';
import { breakOver, continueBreak, endBreak, holderNamed, retryAll } from './holders.ts';
import { CacheBits, type CacheState, type FileState } from './state.ts';

/**
 * `unknown`: there is no such lease on this file. `not-allowed`: the holder wants to keep more than
 * it was offered.
 */
export type AcknowledgeResult = 'ended' | 'not-breaking' | 'not-allowed' | 'unknown';

/** [MS-SMB2] 3.3.5.22: the holder keeps what it was offered, or less. */
export function applyAcknowledge(file: FileState, command: AcknowledgeCommand): Outcome<AcknowledgeResult> {
  const holder = holderNamed(file, command.holder);
  if (holder === undefined) return { result: 'unknown', effects: [] };
  const { state } = holder;
  const { breaking } = state;
  if (breaking === undefined) return { result: 'not-breaking', effects: [] };
  if ((command.keep & ~breaking.to) !== 0) {
    // [MS-SMB2] 3.3.5.22.2: the break of a lease goes on; 3.3.5.22.1: an oplock is lost.
    if (holder.kind === 'lease') return { result: 'not-allowed', effects: [] };
    state.cache = CacheBits.NONE;
    return { result: 'not-allowed', effects: breakOver(file, holder) };
  }
  // R, RH, RW and RWH are the states of a lease. Any other combination counts as none. [MS-SMB2]
  // 3.3.1.12
  return { result: 'ended', effects: keep(file, command.holder, validCache(command.keep)) };
}

/**
 * [MS-SMB2] 3.3.6.1, 3.3.6.5: a holder that does not acknowledge, or cannot be told, loses its
 * caching rights.
 */
export function applyBreakExpired(file: FileState, command: BreakExpiredCommand): Outcome<'done'> {
  const holder = holderNamed(file, command.holder);
  if (holder?.state.breaking === undefined) return { result: 'done', effects: [] };
  return { result: 'done', effects: keep(file, command.holder, CacheBits.NONE) };
}

/**
 * The holder has `cache` from now on. If others wanted it to give up more meanwhile, that is asked
 * for next, handles before reads, as on Windows and in the same epoch. Requests go on waiting until
 * the holder has come down to what they need.
 */
function keep(file: FileState, name: AcknowledgeCommand['holder'], cache: CacheState): readonly FileEffect[] {
  const holder = holderNamed(file, name)!;
  const { required } = holder.state.breaking!;
  holder.state.cache = cache;
  const effects: FileEffect[] = [endBreak(holder)];
  const target = validCache(cache & required);
  const handlesFirst = (cache & CacheBits.HANDLE) !== 0 && target === CacheBits.NONE;
  continueBreak(holder, handlesFirst ? CacheBits.READ : target, target, effects);
  if (holder.state.breaking === undefined) effects.push(...retryAll(file));
  return effects;
}
