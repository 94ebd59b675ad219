/**
 * The rights that ShareAccess is about. An open with none of these rights conflicts with no other
 * open.
 */
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
 * FILE_READ_ATTRIBUTES, FILE_WRITE_ATTRIBUTES, SYNCHRONIZE: an open with only these looks at
 * metadata alone. [MS-FSA] 2.1.4.12
 */
const STAT_RIGHTS = 0x0010_0180;
/**
 * READ_CONTROL: an open that reads the descriptor does not break leases, but does break oplocks, as
 * on Windows.
 */
const READ_CONTROL = 0x0002_0000;

/**
 * Whether an open with this access breaks nothing of a lease (or of an oplock), and prevents nobody
 * from getting one.
 */
export function isStatOpen(access: number, ofLease: boolean): boolean {
  return (access & ~(ofLease ? STAT_RIGHTS | READ_CONTROL : STAT_RIGHTS)) === 0;
}

/** True when `access` contains a right that `share` does not share. */
export function conflicts(access: number, share: number): boolean {
  return (
    ((access & SharedRights.READ) !== 0 && (share & Share.READ) === 0) ||
    ((access & SharedRights.WRITE) !== 0 && (share & Share.WRITE) === 0) ||
    ((access & SharedRights.DELETE) !== 0 && (share & Share.DELETE) === 0)
  );
}

/** True when ShareAccess matters for an open with this access. */
export function hasSharedRights(access: number): boolean {
  return (access & (SharedRights.READ | SharedRights.WRITE | SharedRights.DELETE)) !== 0;
}
