import type { OpenCommand } from './machine.ts';
import type { FileState } from './state.ts';

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

export type OpenResult = 'granted' | 'sharing-violation' | 'delete-pending';

/** Sharing check, [MS-FSA] 2.1.5.1.2.2, and delete-pending, 2.1.5.1.2. */
export function applyOpen(state: FileState, command: OpenCommand): OpenResult {
  if (state.deletePending) return 'delete-pending';
  for (const other of state.opens.values()) {
    if (conflicts(command.access, other.share) || conflicts(other.access, command.share)) {
      // An open for metadata alone neither restricts nor is restricted.
      if (hasSharedRights(command.access) && hasSharedRights(other.access)) return 'sharing-violation';
    }
  }
  state.opens.set(command.open, {
    id: command.open,
    access: command.access,
    share: command.share,
    deleteOnClose: command.deleteOnClose,
  });
  return 'granted';
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
