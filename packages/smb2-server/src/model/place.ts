import type { VfsPath } from '@tsmbd/vfs-adapter';

/**
 * Where a file or directory is among everything that is served. One share may lie inside another.
 */
export interface Place {
  /** The machine's own names, down to the share's root; letter case counts. */
  readonly root: VfsPath;
  /** Names as clients give them, from the share's root down; letter case is ignored. */
  readonly path: VfsPath;
}

/** What a rename moved, and where it moved it to. */
export interface Move {
  /** Identity of the file or directory that moved. */
  readonly key: string;
  readonly from: Place;
  readonly to: Place;
}
