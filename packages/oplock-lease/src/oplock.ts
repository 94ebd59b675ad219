import type { BreakEndCommand, FileEffect, ModifyCommand, OpenCommand, Outcome } from './machine.ts';
import { type FileState, type OpenId, Oplock, type OplockLevel } from './state.ts';

/**
 * Breaks what stands against an open, and says whether it has to wait for an acknowledgment. An open for metadata
 * alone breaks nothing, unless it would empty the file. [MS-FSA] 2.1.5.1.2, 2.1.4.12
 */
export function breakFor(state: FileState, command: OpenCommand, effects: FileEffect[]): boolean {
  if (command.statOnly && !command.overwrites) return false;
  for (const holder of state.opens.values()) {
    if (holder.oplock === Oplock.EXCLUSIVE || holder.oplock === Oplock.BATCH) {
      if (state.breaking === undefined) {
        const to = command.overwrites ? Oplock.NONE : Oplock.LEVEL_II;
        state.breaking = { open: holder.id, to };
        effects.push({ type: 'break', open: holder.id, to, acknowledge: true });
      }
      state.waitingOpens.push(command.waiter);
      return true;
    }
    if (holder.oplock === Oplock.LEVEL_II && command.overwrites) {
      holder.oplock = Oplock.NONE;
      effects.push({ type: 'break', open: holder.id, to: Oplock.NONE, acknowledge: false });
    }
  }
  return false;
}

/** The oplock that a new open gets: alone it gets what it asks for, beside others it may cache reads at most. */
export function grantable(state: FileState, command: OpenCommand): OplockLevel {
  if (command.oplock === Oplock.NONE) return Oplock.NONE;
  let others = false;
  for (const other of state.opens.values()) if (!other.statOnly) others = true;
  if (!others) return command.oplock;
  // Bytes that somebody locked must not be read from a cache. [MS-FSA] 2.1.5.18
  return state.locks.length > 0 || command.statOnly ? Oplock.NONE : Oplock.LEVEL_II;
}

/** Acknowledgment or timeout: the holder keeps what it was offered, or less. */
export function applyBreakEnd(
  state: FileState,
  command: BreakEndCommand,
): Outcome<'ended' | 'not-breaking' | 'not-allowed'> {
  const { breaking } = state;
  const holder = state.opens.get(command.open);
  if (breaking === undefined || breaking.open !== command.open || holder === undefined) {
    return { result: 'not-breaking', effects: [] };
  }
  const level = command.level ?? breaking.to;
  // [MS-SMB2] 3.3.5.22.1: level II or none, and never more than was offered.
  if (level > breaking.to) {
    holder.oplock = Oplock.NONE;
    return { result: 'not-allowed', effects: endBreakOf(state, command.open) };
  }
  holder.oplock = level;
  return { result: 'ended', effects: endBreakOf(state, command.open) };
}

/** Everybody else who caches reads is told; nobody waits for an answer. */
export function applyModify(state: FileState, command: ModifyCommand): Outcome<'done'> {
  const effects: FileEffect[] = [];
  for (const holder of state.opens.values()) {
    if (holder.oplock !== Oplock.LEVEL_II || holder.id === command.open) continue;
    holder.oplock = Oplock.NONE;
    effects.push({ type: 'break', open: holder.id, to: Oplock.NONE, acknowledge: false });
  }
  return { result: 'done', effects };
}

/** True when a change through `open` concerns somebody's cache. */
export function cachedByOthers(state: Readonly<FileState>, open: OpenId): boolean {
  if (state.opens.size < 2) return false;
  for (const holder of state.opens.values()) if (holder.oplock === Oplock.LEVEL_II && holder.id !== open) return true;
  return false;
}

/** The break of `open`, if there is one, is over: who waited asks again, in order. */
export function endBreakOf(state: FileState, open: OpenId): FileEffect[] {
  if (state.breaking?.open !== open) return [];
  state.breaking = undefined;
  const waiting = state.waitingOpens;
  state.waitingOpens = [];
  return [{ type: 'break-ended', open }, ...waiting.map((waiter) => ({ type: 'retry-open', waiter }) as const)];
}
