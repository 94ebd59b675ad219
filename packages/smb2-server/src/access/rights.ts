import { accessCheck, FILE_GENERIC_MAPPING, mapGenericBits, type SecurityDescriptor } from '@tsmbd/ms-dtyp';
import { AccessMask, NtStatus } from '@tsmbd/smb2-codec';
import { chain, type MaybePromise, VfsError, type VfsHandle, type VfsPath, type VfsStat } from '@tsmbd/vfs-adapter';
import type { Identity } from '../config.ts';
import { type Denial, StatusError } from '../errors.ts';
import type { TreeConnect } from '../model/index.ts';
import { decodeStored, madeDescriptor, storedBytes } from './current-descriptor.ts';
import type { FileRights } from './file-rights.ts';
import { openAs } from './open-as.ts';
import { rightsOf } from './posix-descriptor.ts';
import { maySetAuditing } from './privileges.ts';
import { identityIn } from './share-rights.ts';
import { tokenOf } from './token.ts';
import { whyNot } from './why.ts';

const ALL = AccessMask.FILE_ALL_ACCESS;
const OWNER_READ_WRITE = 0o600;
/**
 * Rights to a file that a user also gets from FILE_DELETE_CHILD and FILE_LIST_DIRECTORY in the
 * file's parent.
 */
const OF_PARENT = AccessMask.DELETE | AccessMask.FILE_READ_ATTRIBUTES;

/**
 * The rights of the tree's user, by the file's stored descriptor, or by its permission bits and
 * POSIX ACL, within what the share leaves. [MS-SMB2] 3.3.5.9, [MS-DTYP] 2.5.3.2
 */
export function fileRights(tree: TreeConnect, handle: VfsHandle, stat: VfsStat): MaybePromise<FileRights> {
  const stored = storedBytes(tree, handle, stat);
  if (stored instanceof Promise) return stored.then((bytes) => rightsBy(tree, handle, stat, bytes));
  return rightsBy(tree, handle, stat, stored);
}

function rightsBy(
  tree: TreeConnect,
  handle: VfsHandle,
  stat: VfsStat,
  stored: Uint8Array | undefined,
): MaybePromise<FileRights> {
  const { share, session, maximalAccess } = tree;
  const identity = identityIn(share, session);
  if (identity.isAdmin === true) return { maximal: maximalAccess, descriptor: undefined };
  if (stored === undefined) {
    const isOwn = stat.uid === (identity.unix?.uid ?? share.uid);
    // The common case: the file is the user's own.
    if (isOwn && (stat.mode & OWNER_READ_WRITE) === OWNER_READ_WRITE) {
      return { maximal: ALL & maximalAccess, descriptor: undefined };
    }
    // The system knows best: by mode, POSIX ACL, or whatever else its file system has.
    const permitted = handle.permitted?.();
    if (permitted !== undefined) {
      const rights = rightsOf(permitted, isOwn, stat.kind === 'directory');
      return { maximal: rights & maximalAccess, descriptor: undefined, origin: 'mode', stat };
    }
    return chain(madeDescriptor(tree, handle, stat), ({ made, origin }) => ({
      maximal: maximal(made, identity) & maximalAccess,
      descriptor: undefined,
      judged: made,
      origin,
      stat,
    }));
  }
  const descriptor = decodeStored(stored, stat, tree);
  const granted = maximal(descriptor, identity) & maximalAccess;
  return { maximal: granted, descriptor, judged: descriptor, origin: 'stored', stat };
}

function maximal(descriptor: SecurityDescriptor, identity: Identity): number {
  return accessCheck(descriptor, tokenOf(identity), AccessMask.MAXIMUM_ALLOWED, FILE_GENERIC_MAPPING).granted;
}

/**
 * DesiredAccess with its generic rights replaced by specific ones, [MS-DTYP] 2.4.3. MAXIMUM_ALLOWED
 * stays.
 */
export function mapGeneric(desired: number): number {
  return mapGenericBits(desired, FILE_GENERIC_MAPPING);
}

/**
 * What is granted of `desired` (generic rights mapped); throws STATUS_ACCESS_DENIED if not all of
 * it can be. `parent` is called at most once, and only when the file itself refuses a right that
 * rights to the parent can replace. [MS-FSA] 2.1.5.1.2.1
 */
export function grant(
  tree: TreeConnect,
  desired: number,
  rights: FileRights,
  parent: () => MaybePromise<FileRights>,
): MaybePromise<number> {
  let { maximal: own } = rights;
  if ((desired & AccessMask.ACCESS_SYSTEM_SECURITY) !== 0) {
    if (!maySetAuditing(tree)) {
      throw new StatusError(NtStatus.STATUS_PRIVILEGE_NOT_HELD, 'ACCESS_SYSTEM_SECURITY', { denial: NO_AUDITOR });
    }
    own |= AccessMask.ACCESS_SYSTEM_SECURITY;
  }
  const asksAll = (desired & AccessMask.MAXIMUM_ALLOWED) !== 0;
  const missing = (asksAll ? OF_PARENT : desired & OF_PARENT) & ~own;
  if (missing === 0) return grantOf(tree, rights, desired, own);
  return chain(parent(), ({ maximal }) => {
    let available = own;
    // A user who may list the parent may read the attributes of its entries.
    if ((maximal & AccessMask.FILE_LIST_DIRECTORY) !== 0) available |= missing & AccessMask.FILE_READ_ATTRIBUTES;
    if ((maximal & AccessMask.FILE_DELETE_CHILD) !== 0) available |= missing & AccessMask.DELETE;
    return grantOf(tree, rights, desired, available);
  });
}

function grantOf(tree: TreeConnect, rights: FileRights, desired: number, available: number): number {
  const wanted = desired & ~AccessMask.MAXIMUM_ALLOWED;
  if ((wanted & ~available) !== 0) throw denied(tree, rights, wanted, available);
  return (desired & AccessMask.MAXIMUM_ALLOWED) !== 0 ? wanted | available : wanted;
}

/** The refusal of rights of which only some are available. */
function denied(tree: TreeConnect, rights: FileRights, wanted: number, available: number): StatusError {
  const denial = whyNot(tree, rights, wanted & ~available);
  return new StatusError(
    NtStatus.STATUS_ACCESS_DENIED,
    `wants 0x${(wanted >>> 0).toString(16)}, may 0x${(available >>> 0).toString(16)}`,
    denial && { denial },
  );
}

/** Rights to the directory that holds `path`. */
export async function parentRights(tree: TreeConnect, path: VfsPath): Promise<FileRights> {
  const { handle } = await openAs(tree, path.slice(0, -1), {
    disposition: 'open',
    kind: 'directory',
    data: 'none',
  });
  try {
    return await fileRights(tree, handle, await handle.stat());
  } finally {
    await handle.close();
  }
}

/**
 * FILE_ADD_FILE or FILE_ADD_SUBDIRECTORY in the directory that `path` would be made in, [MS-FSA]
 * 2.1.5.1.1. Errors: STATUS_ACCESS_DENIED, and STATUS_OBJECT_PATH_NOT_FOUND when there is no such
 * directory.
 */
export async function requireAddRight(tree: TreeConnect, path: VfsPath, directory: boolean): Promise<void> {
  const right = directory ? AccessMask.FILE_ADD_SUBDIRECTORY : AccessMask.FILE_ADD_FILE;
  let rights: FileRights;
  try {
    rights = await parentRights(tree, path);
  } catch (error) {
    if (error instanceof VfsError && (error.code === 'not-found' || error.code === 'not-directory')) {
      throw new StatusError(NtStatus.STATUS_OBJECT_PATH_NOT_FOUND, 'no such directory', { cause: error });
    }
    throw error;
  }
  if ((rights.maximal & right) !== 0) return;
  const denial = whyNot(tree, rights, right);
  throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'may not create there', denial && { denial });
}

/**
 * Only a user who may change a file's metadata, by the file's own descriptor, may give the file
 * another name. Otherwise a user could keep, under a name of their own, a file that they may only
 * read. The Open's access is not checked, because Linux opens the file only to read its attributes
 * for this. [MS-FSA] 2.1.5.15.6
 */
export async function requireLinkable(tree: TreeConnect, handle: VfsHandle): Promise<void> {
  const { maximal } = await fileRights(tree, handle, await handle.stat());
  if ((maximal & AccessMask.FILE_WRITE_ATTRIBUTES) === 0) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'may not change what the name would be of');
  }
}

/**
 * An Open that its client comes back for may do no more than the share leaves the user now;
 * otherwise STATUS_ACCESS_DENIED. Its rights to the file were settled when it was opened.
 */
export function requireShareLeaves(tree: TreeConnect, granted: number): void {
  const lost = granted & ~(tree.maximalAccess | (maySetAuditing(tree) ? AccessMask.ACCESS_SYSTEM_SECURITY : 0));
  if (lost === 0) return;
  throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, `the share leaves no more 0x${lost.toString(16)}`);
}

const NO_AUDITOR: Denial = {
  rule: 'privilege',
  because: 'only administrators (SeSecurityPrivilege) may see and set what is audited',
};
