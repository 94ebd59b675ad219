import { AccessMask, FileInformationClass, FsctlCode, NtStatus } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import type { Open } from '../model/index.ts';

/**
 * Rights that an Open must have been granted: at least one bit of each mask. Empty means that no
 * right is needed: the operation changes nothing, and tells nothing that the open itself did not
 * tell.
 */
export type Needs = readonly number[];

const {
  FILE_READ_DATA,
  FILE_WRITE_DATA,
  FILE_APPEND_DATA,
  FILE_LIST_DIRECTORY,
  FILE_READ_EA,
  FILE_WRITE_EA,
  FILE_EXECUTE,
  FILE_READ_ATTRIBUTES,
  FILE_WRITE_ATTRIBUTES,
  DELETE,
} = AccessMask;

/** A client that may execute a file may read it, [MS-SMB2] 3.3.5.12. */
const READS = FILE_READ_DATA | FILE_EXECUTE;
const WRITES = FILE_WRITE_DATA | FILE_APPEND_DATA;
const NOTHING: Needs = [];

/** Commands that work on an Open and have the same rule for every request. */
export const COMMAND_NEEDS = {
  /** [MS-SMB2] 3.3.5.12 */
  READ: [READS],
  /**
   * [MS-SMB2] 3.3.5.13. Without FILE_WRITE_DATA only bytes at or after the end may be written, see
   * commands/write.ts.
   */
  WRITE: [WRITES],
  /** [MS-SMB2] 3.3.5.11 */
  FLUSH: [WRITES],
  /**
   * A lock keeps other opens from the bytes, so only an open that may use the bytes itself may take
   * one, as on Windows.
   */
  LOCK: [FILE_READ_DATA | FILE_WRITE_DATA],
  /** [MS-SMB2] 3.3.5.18 */
  QUERY_DIRECTORY: [FILE_LIST_DIRECTORY],
  /** [MS-SMB2] 3.3.5.19 */
  CHANGE_NOTIFY: [FILE_LIST_DIRECTORY],
} as const satisfies Readonly<Record<string, Needs>>;

/** Classes of QUERY_INFO about a file, [MS-FSA] 2.1.5.12. */
export const QUERY_NEEDS: ReadonlyMap<number, Needs> = new Map<number, Needs>([
  [FileInformationClass.FileBasicInformation, [FILE_READ_ATTRIBUTES]],
  [FileInformationClass.FileStandardInformation, NOTHING],
  [FileInformationClass.FileInternalInformation, NOTHING],
  [FileInformationClass.FileEaInformation, NOTHING],
  [FileInformationClass.FileAccessInformation, NOTHING],
  [FileInformationClass.FileNameInformation, NOTHING],
  [FileInformationClass.FileNormalizedNameInformation, NOTHING],
  [FileInformationClass.FilePositionInformation, NOTHING],
  [FileInformationClass.FileModeInformation, NOTHING],
  [FileInformationClass.FileAlignmentInformation, NOTHING],
  [FileInformationClass.FileAllInformation, [FILE_READ_ATTRIBUTES]],
  [FileInformationClass.FileNetworkOpenInformation, [FILE_READ_ATTRIBUTES]],
  [FileInformationClass.FileAttributeTagInformation, [FILE_READ_ATTRIBUTES]],
  // smbtorture's getinfo_access, which Windows passes, asks for no right.
  [FileInformationClass.FileCompressionInformation, NOTHING],
  [FileInformationClass.FileIdInformation, NOTHING],
  [FileInformationClass.FileStreamInformation, NOTHING],
  [FileInformationClass.FileAlternateNameInformation, NOTHING],
  [FileInformationClass.FileFullEaInformation, [FILE_READ_EA]],
  [FileInformationClass.FileStandardLinkInformation, NOTHING],
  [FileInformationClass.FileStatInformation, [FILE_READ_ATTRIBUTES]],
  [FileInformationClass.FileStatLxInformation, [FILE_READ_ATTRIBUTES]],
  [FileInformationClass.FileCaseSensitiveInformation, [FILE_READ_ATTRIBUTES]],
  [FileInformationClass.FilePipeInformation, NOTHING],
  [FileInformationClass.FilePipeLocalInformation, NOTHING],
]);

/** Classes of SET_INFO about a file, [MS-FSA] 2.1.5.15. */
export const SET_NEEDS: ReadonlyMap<number, Needs> = new Map<number, Needs>([
  [FileInformationClass.FileBasicInformation, [FILE_WRITE_ATTRIBUTES]],
  [FileInformationClass.FileRenameInformation, [DELETE]],
  [FileInformationClass.FileRenameInformationEx, [DELETE]],
  // The rights to the file are checked, not those of the Open: see requireLinkable.
  [FileInformationClass.FileLinkInformation, NOTHING],
  [FileInformationClass.FileLinkInformationEx, NOTHING],
  [FileInformationClass.FileCaseSensitiveInformation, [FILE_WRITE_ATTRIBUTES]],
  [FileInformationClass.FileShortNameInformation, [FILE_WRITE_ATTRIBUTES]],
  [FileInformationClass.FileDispositionInformation, [DELETE]],
  [FileInformationClass.FileDispositionInformationEx, [DELETE]],
  // The position belongs to the Open, not to the file.
  [FileInformationClass.FilePositionInformation, NOTHING],
  [FileInformationClass.FileModeInformation, NOTHING],
  [FileInformationClass.FileEndOfFileInformation, [FILE_WRITE_DATA]],
  [FileInformationClass.FileAllocationInformation, [FILE_WRITE_DATA]],
  [FileInformationClass.FileValidDataLengthInformation, [FILE_WRITE_DATA]],
  [FileInformationClass.FileFullEaInformation, [FILE_WRITE_EA]],
]);

/** FSCTLs that work on an Open of a file, [MS-FSA] 2.1.5.10 and [MS-SMB2] 3.3.5.15. */
export const FSCTL_NEEDS: ReadonlyMap<number, Needs> = new Map<number, Needs>([
  [FsctlCode.CREATE_OR_GET_OBJECT_ID, NOTHING],
  [FsctlCode.GET_REPARSE_POINT, NOTHING],
  [FsctlCode.SRV_REQUEST_RESUME_KEY, NOTHING],
  // These rights are needed on the target; the source needs COPY_SOURCE_NEEDS. [MS-SMB2] 3.3.5.15.6
  [FsctlCode.SRV_COPYCHUNK, [FILE_WRITE_DATA, FILE_READ_DATA]],
  [FsctlCode.SRV_COPYCHUNK_WRITE, [FILE_WRITE_DATA]],
  [FsctlCode.LMR_REQUEST_RESILIENCY, NOTHING],
  [FsctlCode.GET_COMPRESSION, NOTHING],
  // [MS-FSA] 2.1.5.10.30 asks for either right to the data; smbd and this server ask for the right
  // to write.
  [FsctlCode.SET_COMPRESSION, [FILE_WRITE_DATA]],
  [FsctlCode.SET_SPARSE, [WRITES | FILE_WRITE_ATTRIBUTES]],
  // The right to append is not enough.
  [FsctlCode.SET_ZERO_DATA, [FILE_WRITE_DATA]],
  [FsctlCode.QUERY_ALLOCATED_RANGES, [FILE_READ_DATA]],
  // The code asks for it, [MS-SMB2] 2.2.31.
  [FsctlCode.SRV_ENUMERATE_SNAPSHOTS, [FILE_READ_DATA]],
  // It tells no more than the size does.
  [FsctlCode.QUERY_FILE_REGIONS, NOTHING],
  [FsctlCode.FILE_LEVEL_TRIM, [FILE_WRITE_DATA]],
  // On the target; the source needs COPY_SOURCE_NEEDS.
  [FsctlCode.DUPLICATE_EXTENTS_TO_FILE, [FILE_WRITE_DATA]],
  [FsctlCode.DUPLICATE_EXTENTS_TO_FILE_EX, [FILE_WRITE_DATA]],
  [FsctlCode.GET_INTEGRITY_INFORMATION, NOTHING],
  // The code asks for both, [MS-FSCC] 2.3.
  [FsctlCode.SET_INTEGRITY_INFORMATION, [FILE_READ_DATA, FILE_WRITE_DATA]],
]);

/** What a server-side copy needs of the Open that it reads from, [MS-SMB2] 3.3.5.15.6. */
export const COPY_SOURCE_NEEDS: Needs = [READS];

/**
 * Throws STATUS_ACCESS_DENIED unless the Open was granted the rights that are needed. An operation
 * that no table lists is refused.
 */
export function requireGranted(open: Open, needs: Needs | undefined): void {
  if (needs === undefined) throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'no rule allows this');
  for (const rights of needs) {
    if ((open.grantedAccess & rights) !== 0) continue;
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, `open lacks access 0x${rights.toString(16)}`);
  }
}
