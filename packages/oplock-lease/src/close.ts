import { grantWaiters } from './lock.ts';
import type { CloseCommand, FileEffect, Outcome, SetDeletePendingCommand } from './machine.ts';
import { endBreakOf } from './oplock.ts';
import type { FileState } from './state.ts';

export interface CloseResult {
  /** The last open is gone. */
  readonly last: boolean;
  /** The last open is gone and the name goes with it. */
  readonly deleteNow: boolean;
}

/** [MS-FSA] 2.1.5.5: locks go, delete-on-close becomes delete-pending, the last close deletes. */
export function applyClose(state: FileState, command: CloseCommand): Outcome<CloseResult> {
  const open = state.opens.get(command.open);
  if (open === undefined) return { result: { last: state.opens.size === 0, deleteNow: false }, effects: [] };
  state.opens.delete(command.open);
  if (open.deleteOnClose) state.deletePending = true;
  const effects: FileEffect[] = endBreakOf(state, command.open);
  if (state.waiters.length > 0) {
    for (const w of state.waiters) {
      if (w.open === command.open) effects.push({ type: 'lock-ended', waiter: w.waiter });
    }
    state.waiters = state.waiters.filter((w) => w.open !== command.open);
  }
  if (state.locks.length > 0) {
    state.locks = state.locks.filter((l) => l.open !== command.open);
    effects.push(...grantWaiters(state));
  }
  const last = state.opens.size === 0;
  return { result: { last, deleteNow: last && state.deletePending }, effects };
}

/** FileDispositionInformation sets or clears for all opens, [MS-FSA] 2.1.5.15.3. */
export function applySetDeletePending(state: FileState, command: SetDeletePendingCommand): void {
  state.deletePending = command.deletePending;
}
