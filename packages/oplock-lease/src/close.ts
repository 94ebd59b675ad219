import type {
  CloseCommand,
  FileEffect,
  Outcome,
  SetDeleteOnCloseCommand,
  SetDeletePendingCommand,
} from './commands.ts';
import { breakOver, retryAll, tellBreak } from './holders.ts';
import { endWaiters, grantWaiters } from './lock.ts';
import { removeLocksOf } from './lock-table.ts';
import { type FileState, isIdle, type OpenState } from './state.ts';

export interface CloseResult {
  /** The last open is gone, those of the file's streams included. */
  readonly last: boolean;
  /** The last open is gone and the name goes with it: a file's, or that of the stream that was open. */
  readonly deleteNow: boolean;
  /** The open was of a stream, and the last that kept the name of a file that is to be deleted: that goes too. */
  readonly fileDeleteNow?: boolean;
}

/** [MS-FSA] 2.1.5.5: locks go, delete-on-close becomes delete-pending, the last close deletes. */
export function applyClose(state: FileState, command: CloseCommand): Outcome<CloseResult> {
  const open = state.opens.get(command.open);
  if (open === undefined) return { result: { last: isIdle(state), deleteNow: false }, effects: [] };
  state.opens.delete(command.open);
  if (open.deleteOnClose && command.withdrawn !== true) state.deletePending = true;
  const effects: FileEffect[] = endCaching(state, open);
  effects.push(...endWaiters(state, command.open));
  if (removeLocksOf(state.locks, command.open)) effects.push(...grantWaiters(state));
  const result = lastClose(state, command.hold === true);
  // Who waited looks again when the name has gone, and finds none, or another file.
  return { result, effects: state.deleting ? effects.filter(({ type }) => type !== 'retry') : effects };
}

/** Is anything left that keeps the name? With `hold` what is to be deleted stays so until it is said to be done. */
export function lastClose(state: FileState, hold: boolean): CloseResult {
  const last = state.opens.size === 0 && state.streamOpens.size === 0;
  const deleteNow = last && state.deletePending;
  if (deleteNow && hold) state.deleting = true;
  return { last, deleteNow };
}

/** What was to be deleted has been, or could not be. Whoever comes now finds what there is. */
export function applyDeleted(state: FileState): Outcome<'done'> {
  state.deletePending = false;
  state.deleting = false;
  return { result: 'done', effects: retryAll(state) };
}

/** An oplock goes with its open, a lease with the last of its opens. Whoever waited for either looks again. */
function endCaching(state: FileState, open: OpenState): FileEffect[] {
  const effects = breakOver(state, { kind: 'oplock', state: open });
  const lease = open.lease === undefined ? undefined : state.leases.get(open.lease);
  if (lease === undefined) return effects;
  const left = [...state.opens.values()].filter((o) => o.lease === lease.id);
  if (left.some((o) => o.durable?.purged !== true)) effects.push(...tellBreak({ kind: 'lease', state: lease }));
  if (left.length === 0) {
    state.leases.delete(lease.id);
    effects.push(...breakOver(state, { kind: 'lease', state: lease }), { type: 'lease-ended', lease: lease.id });
  }
  return effects;
}

/** FileDispositionInformation sets or clears for all opens, [MS-FSA] 2.1.5.15.3. */
export function applySetDeletePending(state: FileState, command: SetDeletePendingCommand): void {
  if (state.opens.has(command.open)) state.deletePending = command.deletePending;
}

/** The close of one open makes the file delete-pending, or does so no more. [MS-FSCC] 2.4.12 */
export function applySetDeleteOnClose(state: FileState, { open, deleteOnClose }: SetDeleteOnCloseCommand): void {
  const own = state.opens.get(open);
  if (own !== undefined) own.deleteOnClose = deleteOnClose;
}
