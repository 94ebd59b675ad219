import type { VfsFeatures, VfsHandle } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';

/**
 * Whether `what` is stored for this file. The file's own file system decides: it may be mounted
 * inside the share, and may store less than the share does. It cannot store more than the share,
 * because what is asked before a file exists is asked of the share.
 */
export function keeps(share: Share, { features }: VfsHandle, what: keyof VfsFeatures): boolean {
  return share.vfs!.features[what] === true && features?.[what] !== false;
}
