import {
  AccessMask,
  CreateDisposition,
  CreateOptions,
  type CreateRequest,
  FileAttributes,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { mapGeneric } from '../access/index.ts';
import { StatusError } from '../errors.ts';

/** CreateOptions that no client may set, [MS-SMB2] 2.2.13. */
const INVALID_OPTIONS = 0xff00_0000;
/**
 * CREATE_TREE_CONNECTION, OPEN_BY_FILE_ID, RESERVE_OPFILTER: Windows answers these with
 * NOT_SUPPORTED, [MS-SMB2] 3.3.5.9.
 */
const UNSUPPORTED_OPTIONS = 0x0010_2080;
/**
 * Attributes that no file can be made with: volume, device, and those that only the file system
 * itself may report. Windows lets no program ask for them either. [MS-FSCC] 2.6
 */
const INVALID_ATTRIBUTES = 0xffff_8048;
/** Access bits without a meaning, [MS-SMB2] 2.2.13.1. */
const INVALID_ACCESS = 0x0ce0_fe00;
const MAX_IMPERSONATION_LEVEL = 3;

/**
 * Checks the request by itself, before any name is looked at. [MS-SMB2] 3.3.5.9, [MS-FSA] 2.1.5.1
 */
export function validateCreate(request: CreateRequest): void {
  const { createOptions, createDisposition, desiredAccess, fileAttributes, shareAccess } = request;
  if (request.impersonationLevel > MAX_IMPERSONATION_LEVEL) {
    throw new StatusError(NtStatus.STATUS_BAD_IMPERSONATION_LEVEL, `level ${request.impersonationLevel}`);
  }
  // [MS-FSA] 2.1.5.1 phase 1 begins with this check.
  if (desiredAccess === 0 || (desiredAccess & INVALID_ACCESS) !== 0) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, `DesiredAccess 0x${desiredAccess.toString(16)}`);
  }
  if (createDisposition > CreateDisposition.OVERWRITE_IF) invalid('CreateDisposition');
  if ((createOptions & INVALID_OPTIONS) !== 0) invalid('CreateOptions');
  if ((createOptions & UNSUPPORTED_OPTIONS) !== 0) {
    throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, `CreateOptions 0x${createOptions.toString(16)}`);
  }
  if ((fileAttributes & INVALID_ATTRIBUTES) !== 0) invalid('FileAttributes');
  if ((shareAccess & ~7) !== 0) invalid('ShareAccess');
  const directory = (createOptions & CreateOptions.DIRECTORY_FILE) !== 0;
  if (directory && (createOptions & CreateOptions.NON_DIRECTORY_FILE) !== 0) invalid('a directory and not one');
  if (directory && OVERWRITES.has(createDisposition)) invalid('overwriting a directory');
  if ((createOptions & CreateOptions.DELETE_ON_CLOSE) !== 0) {
    // DELETE must be asked for by name, so that it is either granted or the open is refused.
    // MAXIMUM_ALLOWED may be granted without it.
    if ((mapGeneric(desiredAccess) & AccessMask.DELETE) === 0) invalid('delete on close without DELETE');
  }
  if ((fileAttributes & FileAttributes.TEMPORARY) !== 0 && directory) invalid('a temporary directory');
}

/** Dispositions that empty an existing file. */
export const OVERWRITES: ReadonlySet<number> = new Set([
  CreateDisposition.SUPERSEDE,
  CreateDisposition.OVERWRITE,
  CreateDisposition.OVERWRITE_IF,
]);

function invalid(what: string): never {
  throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, what);
}

/** Rights to a file's bytes, or to run it. */
export const DATA_RIGHTS =
  AccessMask.FILE_READ_DATA | AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA | AccessMask.FILE_EXECUTE;
