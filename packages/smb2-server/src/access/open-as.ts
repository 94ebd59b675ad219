import type { MaybePromise, VfsIdentity, VfsOpened, VfsOpenOptions, VfsPath } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';
import type { Session } from '../model/index.ts';
import { identityIn } from './share-rights.ts';

/** A share, and whose session uses it. A tree is one. */
export interface Visit {
  readonly share: Share;
  readonly session: Session;
}

/**
 * Opens a file of the share as the session's user. Everything that is opened for a client is opened
 * here; the handle then does all that it does as this user.
 */
export function openAs(visit: Visit, path: VfsPath, options: VfsOpenOptions): MaybePromise<VfsOpened> {
  return visit.share.vfs!.open(path, asUser(visit, options));
}

/** The user of the system that the session's user is in the share. */
export function unixUser({ share, session }: Visit): VfsIdentity | undefined {
  return identityIn(share, session).unix;
}

function asUser(visit: Visit, options: VfsOpenOptions): VfsOpenOptions {
  const identity = unixUser(visit);
  return identity === undefined ? options : { ...options, identity };
}
