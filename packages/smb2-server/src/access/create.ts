import { decode, securityDescriptor } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  CreateDisposition,
  CreateOptions,
  type CreateRequest,
  FileAttributes,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { chain, type MaybePromise, type VfsHandle, type VfsPath, type VfsStat } from '@tsmbd/vfs-adapter';
import { StatusError } from '../errors.ts';
import type { RequestedContexts } from '../metadata/index.ts';
import type { TreeConnect } from '../model/index.ts';
import { requireEaName } from '../names/index.ts';
import { audit } from './audit.ts';
import { READ_ONLY_FILE, requireDeletable } from './deletion.ts';
import { checkNewDescriptor } from './descriptor-parts.ts';
import type { FileRights } from './file-rights.ts';
import { rightsOfIntent } from './privileges.ts';
import { fileRights, grant, parentRights, requireAddRight } from './rights.ts';
import { identityIn } from './share-rights.ts';

const { FILE_WRITE_DATA, FILE_APPEND_DATA, FILE_DELETE_CHILD, DELETE, MAXIMUM_ALLOWED } = AccessMask;

/** A file or stream that a CREATE has found, or is about to create. */
export interface Opening {
  readonly request: CreateRequest;
  readonly tree: TreeConnect;
  /** Path of the file from the share's root. */
  readonly path: VfsPath;
  /** DesiredAccess, generic rights mapped. */
  readonly access: number;
  readonly isStream: boolean;
  /** The disposition overwrites the file's present content. */
  readonly overwrites: boolean;
  /** Nobody asks for it: it is asked what would happen. Nothing is audited. */
  readonly isTrial?: boolean;
}

/** What the CREATE may do. */
export interface Grant {
  /** Open.GrantedAccess. */
  readonly granted: number;
  /**
   * Rights beyond those, for this CREATE only: what the disposition does. The share modes of other
   * opens apply to these rights too.
   */
  readonly byDisposition: number;
  /** Everything that the user could be granted. */
  readonly rights: FileRights;
}

/**
 * Rights to an existing file, by its descriptor, the share and its attributes. A stream uses the
 * descriptor of its file. Throws STATUS_ACCESS_DENIED, STATUS_CANNOT_DELETE,
 * STATUS_PRIVILEGE_NOT_HELD. [MS-FSA] 2.1.5.1.2.1
 */
export function grantExisting(opening: Opening, handle: VfsHandle, stat: VfsStat): MaybePromise<Grant> {
  const { request, tree, path, isStream, overwrites } = opening;
  if (overwrites) checkOverwrite(stat, request);
  if (deletesOnClose(request)) requireDeletable({ stat, path, isStream });
  return chain(fileRights(tree, handle, stat), (rights) => {
    const { sacl } = rights.descriptor ?? {};
    if (sacl === undefined || sacl === null || opening.isTrial === true) {
      return grantWith(opening, rights, isReadOnly(handle, stat));
    }
    return audited(opening, rights, isReadOnly(handle, stat));
  });
}

/** The same, with a line in the log if the file's SACL asks for it when access is denied. */
async function audited(opening: Opening, rights: FileRights, isFileReadOnly: boolean): Promise<Grant> {
  try {
    return await grantWith(opening, rights, isFileReadOnly);
  } catch (error) {
    const { tree, path, access } = opening;
    if (error instanceof StatusError) audit(tree, path, rights, access & ~MAXIMUM_ALLOWED, 'failure');
    throw error;
  }
}

/** What the CREATE may do with a file to which the user has these rights. */
function grantWith(opening: Opening, found: FileRights, isFileReadOnly: boolean): MaybePromise<Grant> {
  const { request, tree, path, access, isStream, overwrites } = opening;
  const intent = rightsOfIntent(tree, request.createOptions);
  const rights = intent === 0 ? found : { ...found, maximal: found.maximal | intent };
  // Overwriting needs the right to write, no matter which access the client asks for.
  const byDisposition = overwrites ? overwriteRights(request.createDisposition, isStream) : 0;
  const parent = (): MaybePromise<FileRights> => (path.length === 0 ? NO_RIGHTS : parentRights(tree, path));
  return chain(grant(tree, access | byDisposition, rights, parent), (allowed) => {
    const left = isFileReadOnly ? withoutWriting(opening, allowed) : allowed;
    return { granted: (access & MAXIMUM_ALLOWED) !== 0 ? left : left & access, byDisposition, rights };
  });
}

/**
 * Rights to a file that this CREATE makes: the requested rights, within what the share leaves.
 * [MS-FSA] 2.1.5.1.1
 */
export function grantNew({ tree, access }: Opening): MaybePromise<Grant> {
  const rights = { maximal: tree.maximalAccess, descriptor: undefined };
  return chain(
    grant(tree, access, rights, () => rights),
    (granted) => ({ granted, byDisposition: 0, rights }),
  );
}

/**
 * Checks that a file or directory may be created there, with that descriptor, and opened as
 * requested. Throws before anything is created. [MS-FSA] 2.1.5.1.1
 */
export async function requireNewFile(
  opening: Opening,
  { securityDescriptor: given, eas }: RequestedContexts,
  directory: boolean,
): Promise<void> {
  const { request, tree, path } = opening;
  if (deletesOnClose(request) && (request.fileAttributes & FileAttributes.READONLY) !== 0) {
    throw new StatusError(NtStatus.STATUS_CANNOT_DELETE, 'a read-only file that is to be deleted');
  }
  if (path.length > 0) await requireAddRight(tree, path, directory);
  await grantNew(opening);
  const { features } = tree.share.vfs!;
  if (given !== undefined && features.securityDescriptors) {
    checkNewDescriptor(decode(securityDescriptor, given), identityIn(tree.share, tree.session));
  }
  if (eas !== undefined && eas.length > 0 && !features.extendedAttributes) {
    throw new StatusError(NtStatus.STATUS_EAS_NOT_SUPPORTED, 'no EAs here');
  }
  for (const ea of eas ?? []) requireEaName(ea.name);
}

/**
 * Checks that a named stream may be created on an existing file, and opened as requested. The
 * stream's bytes belong to the file, so this needs the right to write the file's bytes, by the
 * file's own descriptor, and a file that is not read-only. Throws before anything is created.
 * [MS-FSA] 2.1.5.1.2
 */
export async function requireNewStream(opening: Opening, file: VfsHandle): Promise<void> {
  const stat = await file.stat();
  const { rights } = await grantExisting({ ...opening, overwrites: false }, file, stat);
  if ((rights.maximal & FILE_WRITE_DATA) === 0) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'may not write the file that the stream is to be of');
  }
  if (isReadOnly(file, stat)) throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'a stream of a read-only file');
}

function deletesOnClose({ createOptions }: CreateRequest): boolean {
  return (createOptions & CreateOptions.DELETE_ON_CLOSE) !== 0;
}

/**
 * [MS-FSA] 2.1.5.1.2: a hidden or system file is overwritten only if the client gives the same
 * attribute.
 */
function checkOverwrite(stat: VfsStat, request: CreateRequest): void {
  if (stat.kind === 'directory') throw new StatusError(NtStatus.STATUS_FILE_IS_A_DIRECTORY, 'overwriting a directory');
  const protectedBits = stat.attributes & (FileAttributes.HIDDEN | FileAttributes.SYSTEM);
  if ((protectedBits & ~request.fileAttributes) !== 0) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'hidden or system file');
  }
}

/**
 * What remains of the rights to a read-only file: its data must not change. [MS-FSA] 2.1.5.1.2.1
 */
function withoutWriting({ access, overwrites }: Opening, allowed: number): number {
  if ((access & WRITES) !== 0 || overwrites) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'read-only file', { denial: READ_ONLY_FILE });
  }
  return allowed & ~(WRITES | FILE_DELETE_CHILD);
}

/** For a directory, and so for its streams, the attribute does not restrict access. */
function isReadOnly(handle: VfsHandle, stat: VfsStat): boolean {
  return (handle.file ?? handle).kind !== 'directory' && (stat.attributes & FileAttributes.READONLY) !== 0;
}

/**
 * Rights that a disposition needs, no matter which access the client asks for: to delete a file
 * that is superseded, to write a file that is overwritten, and, if it is the file itself, to set
 * its attributes. [MS-FSA] 2.1.5.1.2
 */
function overwriteRights(disposition: number, isStream: boolean): number {
  const ofData = disposition === CreateDisposition.SUPERSEDE ? DELETE : FILE_WRITE_DATA;
  return isStream ? ofData : ofData | AccessMask.FILE_WRITE_EA | AccessMask.FILE_WRITE_ATTRIBUTES;
}

const WRITES = FILE_WRITE_DATA | FILE_APPEND_DATA;
/** Rights to the folder that holds the share's root: that folder does not belong to the share. */
const NO_RIGHTS: FileRights = { maximal: 0, descriptor: undefined };
