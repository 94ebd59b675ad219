import type { FileEffect, OpenCommand, Outcome } from './machine.ts';
import { breakFor, grantable } from './oplock.ts';
import { type FileState, Oplock, type OplockLevel } from './state.ts';

/** Rights that ShareAccess speaks of; an open without any of them conflicts with nothing. */
export const SharedRights = {
  /** FILE_READ_DATA, FILE_EXECUTE */
  READ: 0x0000_0021,
  /** FILE_WRITE_DATA, FILE_APPEND_DATA */
  WRITE: 0x0000_0006,
  /** DELETE */
  DELETE: 0x0001_0000,
} as const;

const Share = { READ: 1, WRITE: 2, DELETE: 4 } as const;

/** `wait`: somebody has to give up an oplock first; the open asks again when it is told to. */
export type OpenResult =
  | { readonly status: 'granted'; readonly oplock: OplockLevel }
  | { readonly status: 'sharing-violation' | 'delete-pending' | 'wait' };

/**
 * Sharing check, [MS-FSA] 2.1.5.1.2.2, delete-pending, and the breaks that an open causes, 2.1.5.1.2. A batch oplock
 * breaks before the sharing check, because its holder may close the file then; an exclusive one after it.
 */
export function applyOpen(state: FileState, command: OpenCommand): Outcome<OpenResult> {
  if (state.deletePending) return { result: { status: 'delete-pending' }, effects: [] };
  const conflict = sharingViolation(state, command);
  const effects: FileEffect[] = [];
  if (!conflict || holdsBatch(state)) {
    if (breakFor(state, command, effects)) return { result: { status: 'wait' }, effects };
  }
  if (conflict) return { result: { status: 'sharing-violation' }, effects };
  const oplock = grantable(state, command);
  state.opens.set(command.open, {
    id: command.open,
    access: command.access,
    share: command.share,
    deleteOnClose: command.deleteOnClose,
    oplock,
    statOnly: command.statOnly,
  });
  return { result: { status: 'granted', oplock }, effects };
}

function holdsBatch(state: FileState): boolean {
  for (const open of state.opens.values()) if (open.oplock === Oplock.BATCH) return true;
  return false;
}

function sharingViolation(state: FileState, command: OpenCommand): boolean {
  if (!hasSharedRights(command.access)) return false;
  for (const other of state.opens.values()) {
    // An open for metadata alone neither restricts nor is restricted.
    if (!hasSharedRights(other.access)) continue;
    if (conflicts(command.access, other.share) || conflicts(other.access, command.share)) return true;
  }
  return false;
}

/** True when `access` wants a right that `share` does not give away. */
export function conflicts(access: number, share: number): boolean {
  return (
    ((access & SharedRights.READ) !== 0 && (share & Share.READ) === 0) ||
    ((access & SharedRights.WRITE) !== 0 && (share & Share.WRITE) === 0) ||
    ((access & SharedRights.DELETE) !== 0 && (share & Share.DELETE) === 0)
  );
}

function hasSharedRights(access: number): boolean {
  return (access & (SharedRights.READ | SharedRights.WRITE | SharedRights.DELETE)) !== 0;
}
