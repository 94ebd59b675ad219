import { statSync } from 'node:fs';
import type { Share } from '@tsmbd/smb2-server';
import type { Vfs } from '@tsmbd/vfs-adapter';

/** A folder that is shared, also while it is missing or replaced. */
export interface ShareFolder {
  readonly root: string;
  /** Makes a back end for the folder that exists now. Throws if there is none. */
  readonly open: (root: string) => Vfs;
  /** The share with this back end, or without one. */
  readonly share: (vfs: Vfs | undefined) => Share;
  /**
   * Told once when the folder cannot be served, and again only after it could be served in between.
   */
  readonly onMissing: (error: unknown) => void;
}

/**
 * A share of a folder that may be missing at first, be removed, be made again, or be mounted. A
 * client that connects gets the folder that the path names then (by device and inode). Existing
 * trees keep the folder that they have.
 */
export function shareOfFolder({ root, open, share, onMissing }: ShareFolder): Share {
  let key: string | undefined;
  let shown: Share | undefined;
  let isMissing = false;
  const current = (): Share | undefined => {
    try {
      // Taken before the folder is opened: the next tree connect notices a change in between.
      const { dev, ino } = statSync(root, { bigint: true });
      const now = `${dev}:${ino}`;
      if (shown === undefined || now !== key) {
        shown = share(open(root));
        key = now;
      }
      isMissing = false;
      return shown;
    } catch (error) {
      if (!isMissing) onMissing(error);
      isMissing = true;
      return undefined;
    }
  };
  current();
  return {
    ...share(undefined),
    get vfs() {
      return shown?.vfs;
    },
    get place() {
      return shown?.place;
    },
    current,
  } as Share;
}
