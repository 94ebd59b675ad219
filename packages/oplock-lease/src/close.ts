import type { CloseCommand, FileEffect, Outcome, SetDeleteOnCloseCommand } from './commands.ts';
import { breakOver, retryAll, tellBreak } from './holders.ts';
import { hasOpens, markDeleted } from './links.ts';
import { endWaiters, grantWaiters } from './lock.ts';
import { removeLocksOf } from './lock-table.ts';
import { type FileState, isDeleting, isIdle, type LinkId, type OpenState } from './state.ts';

export interface CloseResult {
  /** The last open is gone, including opens of the file's streams. */
  readonly last: boolean;
  /**
   * The last open of the name is gone, and the name has to be deleted with it: the name of the
   * file, or of the stream that was open.
   */
  readonly deleteNow: boolean;
  /** The name through which the open was made. */
  readonly link: LinkId;
  /**
   * Set if the open was of a stream and was the last open that kept this name of the stream's file,
   * and that name is to be deleted: it has to be deleted too.
   */
  readonly fileLink?: LinkId;
}

/**
 * [MS-FSA] 2.1.5.5: the open's locks are removed, delete-on-close becomes delete-pending, and the
 * last close of a name deletes the name.
 */
export function applyClose(state: FileState, command: CloseCommand): Outcome<CloseResult> {
  const open = state.opens.get(command.open);
  if (open === undefined) return { result: { last: isIdle(state), deleteNow: false, link: '' }, effects: [] };
  state.opens.delete(command.open);
  if (open.deleteOnClose && command.withdrawn !== true) markDeleted(state, open.link);
  const effects: FileEffect[] = endCaching(state, open);
  effects.push(...endWaiters(state, command.open));
  if (removeLocksOf(state.locks, command.open)) effects.push(...grantWaiters(state));
  const result = lastClose(state, open.link, command.hold === true);
  // When the name is gone, the requests that waited look again, and find either nothing or another
  // file.
  return { result, effects: isDeleting(state) ? effects.filter(({ type }) => type !== 'retry') : effects };
}

/**
 * Whether any open is left that keeps the name. With `hold`, a name that is to be deleted stays so
 * until `deleted` says that this has been done.
 */
export function lastClose(state: FileState, link: LinkId, hold: boolean): CloseResult {
  const last = state.opens.size === 0 && state.streamOpens.size === 0;
  // Most files have no such name, and to look for one costs as much as all the rest.
  if (state.deletedLinks.size === 0) return { last, deleteNow: false, link };
  const deleteNow = state.deletedLinks.get(link) === 'pending' && !hasOpens(state, link);
  if (deleteNow && hold) state.deletedLinks.set(link, 'deleting');
  else if (deleteNow || (state.deletedLinks.get(link) === 'gone' && !hasOpens(state, link))) {
    state.deletedLinks.delete(link);
  }
  return { last, deleteNow, link };
}

/** What was to be deleted has been deleted, or could not be. A new open finds what is there now. */
export function applyDeleted(state: FileState, link: LinkId): Outcome<'done'> {
  state.deletedLinks.delete(link);
  return { result: 'done', effects: retryAll(state) };
}

/**
 * An oplock ends with its open, a lease with the last of its opens. Requests that waited for either
 * look again.
 */
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

/** Sets whether the close of one open makes the file delete-pending. [MS-FSCC] 2.4.12 */
export function applySetDeleteOnClose(state: FileState, { open, deleteOnClose }: SetDeleteOnCloseCommand): void {
  const own = state.opens.get(open);
  if (own !== undefined) own.deleteOnClose = deleteOnClose;
}
