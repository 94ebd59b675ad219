import {
  AccessMask,
  CreateDisposition,
  CreateOptions,
  type CreateRequest,
  FileAttributes,
  NtStatus,
} from '@tsmbd/smb2-codec';
import type { VfsStat } from '@tsmbd/vfs-adapter';
import { StatusError } from '../errors.ts';
import { OVERWRITES } from './validate.ts';

/** [MS-FSA] 2.1.5.1.2: a hidden or system file is overwritten only by who says that it is one. */
export function checkOverwrite(stat: VfsStat, request: CreateRequest): void {
  if (stat.kind === 'directory') throw new StatusError(NtStatus.STATUS_FILE_IS_A_DIRECTORY, 'overwriting a directory');
  const protectedBits = stat.attributes & (FileAttributes.HIDDEN | FileAttributes.SYSTEM);
  if ((protectedBits & ~request.fileAttributes) !== 0) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'hidden or system file');
  }
}

/** A read-only file gives no right to change its data, and is not deleted. [MS-FSA] 2.1.5.1.2.1 */
export function checkReadOnly(
  stat: VfsStat,
  created: boolean,
  request: CreateRequest,
  access: number,
  granted: number,
): number {
  const readOnly = created
    ? (request.fileAttributes & FileAttributes.READONLY) !== 0
    : (stat.attributes & FileAttributes.READONLY) !== 0;
  if (!readOnly || stat.kind === 'directory') return granted;
  if ((request.createOptions & CreateOptions.DELETE_ON_CLOSE) !== 0) {
    throw new StatusError(NtStatus.STATUS_CANNOT_DELETE, 'read-only file');
  }
  if (created) return granted;
  const writes = AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA;
  if ((access & writes) !== 0 || OVERWRITES.has(request.createDisposition)) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'read-only file');
  }
  return granted & ~writes;
}

/**
 * Rights that a disposition needs, whatever the client wants of the open: to delete what is superseded, to write what is
 * overwritten, and of the file itself to set its attributes. [MS-FSA] 2.1.5.1.2
 */
export function overwriteRights(disposition: number, isStream: boolean): number {
  const ofData = disposition === CreateDisposition.SUPERSEDE ? AccessMask.DELETE : AccessMask.FILE_WRITE_DATA;
  return isStream ? ofData : ofData | AccessMask.FILE_WRITE_EA | AccessMask.FILE_WRITE_ATTRIBUTES;
}
