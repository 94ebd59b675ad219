import { statSync } from 'node:fs';
import type { Share } from '@tsmbd/smb2-server';
import type { Vfs } from '@tsmbd/vfs-adapter';

/** A folder that is shared, whatever becomes of it. */
export interface ShareFolder {
  readonly root: string;
  /** A back end for the folder that is there now. Throws when there is none. */
  readonly open: (root: string) => Vfs;
  /** The share with a back end, or with none. */
  readonly share: (vfs: Vfs | undefined) => Share;
  /** Told once when the folder cannot be served, and again when it could meanwhile. */
  readonly onMissing: (error: unknown) => void;
}

/**
 * A share of a folder that may be missing at first, go, be made again, or be mounted: who connects
 * finds what the path names then, by device and inode. Trees that are there keep what they have.
 */
export function shareOfFolder({ root, open, share, onMissing }: ShareFolder): Share {
  let key: string | undefined;
  let shown: Share | undefined;
  let isMissing = false;
  const current = (): Share | undefined => {
    try {
      // Before it is opened: what comes in between is noticed by the next who connects.
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
