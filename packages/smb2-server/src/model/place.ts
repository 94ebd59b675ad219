import type { VfsPath } from '@tsmbd/vfs-adapter';

/** Where something is among all that is served: shares may lie in one another. */
export interface Place {
  /** Names of the machine's own, down to the share's root: letter case counts. */
  readonly root: VfsPath;
  /** Names as clients say them, from the share's root down: letter case is ignored. */
  readonly path: VfsPath;
}

/** What a rename moved, and where to. */
export interface Move {
  /** Identity of what moved. */
  readonly key: string;
  readonly from: Place;
  readonly to: Place;
}
