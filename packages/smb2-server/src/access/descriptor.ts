import {
  createInheritedDescriptor,
  decode,
  encode,
  FILE_GENERIC_MAPPING,
  type SecurityDescriptor,
  securityDescriptor,
} from '@tsmbd/ms-dtyp';
import type { VfsPath, VfsPosixWish, VfsStat } from '@tsmbd/vfs-adapter';
import type { RequestContext, TreeConnect } from '../model/index.ts';
import { decodeStored, madeDescriptor } from './current-descriptor.ts';
import { openAs } from './open-as.ts';
import { type OwnerChange, posixWish } from './posix-wish.ts';
import { identityIn } from './share-rights.ts';
import { unixView } from './unix-view.ts';

/** A descriptor to store, and what POSIX is to say beside it. */
export interface Storable {
  readonly bytes: Uint8Array;
  readonly posix: VfsPosixWish;
}

/** What is stored with a descriptor. `stat` is of the file that gets it. */
export function storable(
  descriptor: SecurityDescriptor,
  stat: VfsStat,
  tree: Pick<TreeConnect, 'share' | 'session'>,
  change: OwnerChange,
): Storable {
  return {
    bytes: encode(securityDescriptor, descriptor),
    posix: posixWish(descriptor, stat, unixView(tree), change),
  };
}

/**
 * The descriptor to store with a new file: what the client gave, joined with what the file inherits
 * from its parent. Undefined when there is neither; permission bits, and a default POSIX ACL of the
 * parent, which the system has applied, then decide. [MS-DTYP] 2.5.3.4, [MS-FSA] 2.1.5.1.1
 *
 * @param stat of the new file
 */
export async function inheritedDescriptor(
  ctx: RequestContext,
  path: VfsPath,
  stat: VfsStat,
  given: Uint8Array | undefined,
): Promise<Storable | undefined> {
  const { session, tree } = ctx;
  const identity = identityIn(tree.share, session);
  const parent = await parentDescriptor(tree, path, given !== undefined);
  if (parent === undefined && given === undefined) return undefined;
  const descriptor = createInheritedDescriptor({
    parent,
    creator: given === undefined ? undefined : decode(securityDescriptor, given),
    isDirectory: stat.kind === 'directory',
    owner: identity.sid,
    group: identity.groups[0] ?? identity.sid,
    genericMapping: FILE_GENERIC_MAPPING,
  });
  return storable(descriptor, stat, tree, 'keep-owner');
}

/**
 * The descriptor of the directory that `path` is in: the stored one. If `orMade`, also one that is
 * made of its default POSIX ACL.
 */
async function parentDescriptor(
  tree: TreeConnect,
  path: VfsPath,
  orMade: boolean,
): Promise<SecurityDescriptor | undefined> {
  const { handle } = await openAs(tree, path.slice(0, -1), {
    disposition: 'open',
    kind: 'directory',
    data: 'none',
  });
  try {
    const stored = await handle.getSecurityDescriptor();
    if (stored !== undefined) return decodeStored(stored, await handle.stat(), tree);
    return orMade ? (await madeDescriptor(tree, handle, await handle.stat())).made : undefined;
  } finally {
    await handle.close();
  }
}
