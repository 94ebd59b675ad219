import type { SecurityDescriptor } from '@tsmbd/ms-dtyp';
import type { VfsStat } from '@tsmbd/vfs-adapter';

/** What a user may do with a file, and whether that follows from a stored descriptor. */
export interface FileRights {
  /** Every right that the user could be granted. */
  readonly maximal: number;
  /** The stored descriptor; undefined when POSIX mode bits decided. */
  readonly descriptor: SecurityDescriptor | undefined;
  /** The descriptor that decided, stored or made; absent if none had to. */
  readonly judged?: SecurityDescriptor | undefined;
  /** What that descriptor was made of. */
  readonly origin?: 'stored' | 'mode' | 'acl' | undefined;
  readonly stat?: VfsStat | undefined;
}
