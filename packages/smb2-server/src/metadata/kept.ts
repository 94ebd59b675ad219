import type { VfsFeatures, VfsHandle } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';

/**
 * Is that kept of the file? What its own file system keeps counts, which may be mounted inside the
 * share and keep less; more than the share itself it cannot keep, since what is asked before a file
 * is there is asked of the share.
 */
export function keeps(share: Share, { features }: VfsHandle, what: keyof VfsFeatures): boolean {
  return share.vfs!.features[what] && features?.[what] !== false;
}
