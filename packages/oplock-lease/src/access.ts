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

/**
 * FILE_READ_ATTRIBUTES, FILE_WRITE_ATTRIBUTES, SYNCHRONIZE: looks at metadata alone. [MS-FSA]
 * 2.1.4.12
 */
const STAT_RIGHTS = 0x0010_0180;
/** READ_CONTROL: leases do not mind who reads the descriptor, oplocks do, as Windows has it. */
const READ_CONTROL = 0x0002_0000;

/** An open that breaks nothing of a lease, or of an oplock, and keeps nobody from one. */
export function isStatOpen(access: number, ofLease: boolean): boolean {
  return (access & ~(ofLease ? STAT_RIGHTS | READ_CONTROL : STAT_RIGHTS)) === 0;
}

/** True when `access` wants a right that `share` does not give away. */
export function conflicts(access: number, share: number): boolean {
  return (
    ((access & SharedRights.READ) !== 0 && (share & Share.READ) === 0) ||
    ((access & SharedRights.WRITE) !== 0 && (share & Share.WRITE) === 0) ||
    ((access & SharedRights.DELETE) !== 0 && (share & Share.DELETE) === 0)
  );
}

/** True when ShareAccess has anything to say about the open. */
export function hasSharedRights(access: number): boolean {
  return (access & (SharedRights.READ | SharedRights.WRITE | SharedRights.DELETE)) !== 0;
}
