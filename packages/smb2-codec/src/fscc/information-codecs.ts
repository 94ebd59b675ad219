import type { Codec } from '@tsmbd/ms-dtyp';
import { fileAccessInformation } from './file-access-information.ts';
import { fileAlignmentInformation } from './file-alignment-information.ts';
import { fileAllInformation } from './file-all-information.ts';
import { fileAllocationInformation } from './file-allocation-information.ts';
import { fileAttributeTagInformation } from './file-attribute-tag-information.ts';
import { fileBasicInformation } from './file-basic-information.ts';
import { fileCaseSensitiveInformation } from './file-case-sensitive-information.ts';
import { fileCompressionInformation } from './file-compression-information.ts';
import { fileDispositionInformation } from './file-disposition-information.ts';
import { fileDispositionInformationEx } from './file-disposition-information-ex.ts';
import { fileEaInformation } from './file-ea-information.ts';
import { fileEndOfFileInformation } from './file-end-of-file-information.ts';
import { fileFsAttributeInformation } from './file-fs-attribute-information.ts';
import { fileFsControlInformation } from './file-fs-control-information.ts';
import { fileFsDeviceInformation } from './file-fs-device-information.ts';
import { fileFsObjectIdInformation } from './file-fs-object-id-information.ts';
import { fileFsSectorSizeInformation } from './file-fs-sector-size-information.ts';
import { fileFsFullSizeInformation, fileFsSizeInformation } from './file-fs-size-information.ts';
import { fileFsLabelInformation, fileFsVolumeInformation } from './file-fs-volume-information.ts';
import { fileIdInformation } from './file-id-information.ts';
import { fileInternalInformation } from './file-internal-information.ts';
import { fileModeInformation } from './file-mode-information.ts';
import {
  fileAlternateNameInformation,
  fileNameInformation,
  fileNormalizedNameInformation,
  fileShortNameInformation,
} from './file-name-information.ts';
import { fileNetworkOpenInformation } from './file-network-open-information.ts';
import { filePipeInformation, filePipeLocalInformation, filePipeRemoteInformation } from './file-pipe-information.ts';
import { filePositionInformation } from './file-position-information.ts';
import { fileQuotaInformation } from './file-quota-information.ts';
import {
  fileLinkInformation,
  fileLinkInformationEx,
  fileRenameInformation,
  fileRenameInformationEx,
} from './file-rename-information.ts';
import { fileReparsePointInformation } from './file-reparse-point-information.ts';
import { fileStandardInformation } from './file-standard-information.ts';
import { fileStandardLinkInformation } from './file-standard-link-information.ts';
import { fileStatInformation, fileStatLxInformation } from './file-stat-information.ts';
import { fileStreamInformation } from './file-stream-information.ts';
import { fileValidDataLengthInformation } from './file-valid-data-length-information.ts';
import { fullEaList } from './full-ea.ts';
import { FileInformationClass as File, FsInformationClass as Fs } from './information-class.ts';
import { fileFsPosixInformation, filePosixInformation } from './posix-information.ts';

/**
 * The codec of a file information class as QUERY_INFO and SET_INFO use it, [MS-FSCC] 2.4. Undefined
 * for a class that is unknown or is a directory class (`decodeDirectory` decodes those). For
 * analysers: a server knows which class it needs.
 */
export function fileInformationCodec(fileInfoClass: number): Codec<unknown> | undefined {
  return FILE.get(fileInfoClass);
}

/** The codec of a file system information class, [MS-FSCC] 2.5; undefined for an unknown class. */
export function fsInformationCodec(fsInfoClass: number): Codec<unknown> | undefined {
  return FILE_SYSTEM.get(fsInfoClass);
}

const FILE: ReadonlyMap<number, Codec<unknown>> = new Map<number, Codec<unknown>>([
  [File.FileAccessInformation, fileAccessInformation],
  [File.FileAlignmentInformation, fileAlignmentInformation],
  [File.FileAllInformation, fileAllInformation],
  [File.FileAllocationInformation, fileAllocationInformation],
  [File.FileAlternateNameInformation, fileAlternateNameInformation],
  [File.FileAttributeTagInformation, fileAttributeTagInformation],
  [File.FileBasicInformation, fileBasicInformation],
  [File.FileCaseSensitiveInformation, fileCaseSensitiveInformation],
  [File.FileCompressionInformation, fileCompressionInformation],
  [File.FileDispositionInformation, fileDispositionInformation],
  [File.FileDispositionInformationEx, fileDispositionInformationEx],
  [File.FileEaInformation, fileEaInformation],
  [File.FileEndOfFileInformation, fileEndOfFileInformation],
  [File.FileFullEaInformation, fullEaList],
  [File.FileIdInformation, fileIdInformation],
  [File.FileInternalInformation, fileInternalInformation],
  [File.FileLinkInformation, fileLinkInformation],
  [File.FileLinkInformationEx, fileLinkInformationEx],
  [File.FileModeInformation, fileModeInformation],
  [File.FileNameInformation, fileNameInformation],
  [File.FileNetworkOpenInformation, fileNetworkOpenInformation],
  [File.FileNormalizedNameInformation, fileNormalizedNameInformation],
  [File.FilePipeInformation, filePipeInformation],
  [File.FilePipeLocalInformation, filePipeLocalInformation],
  [File.FilePipeRemoteInformation, filePipeRemoteInformation],
  [File.FilePositionInformation, filePositionInformation],
  [File.FilePosixInformation, filePosixInformation],
  [File.FileQuotaInformation, fileQuotaInformation],
  [File.FileRenameInformation, fileRenameInformation],
  [File.FileRenameInformationEx, fileRenameInformationEx],
  [File.FileReparsePointInformation, fileReparsePointInformation],
  [File.FileShortNameInformation, fileShortNameInformation],
  [File.FileStandardInformation, fileStandardInformation],
  [File.FileStandardLinkInformation, fileStandardLinkInformation],
  [File.FileStatInformation, fileStatInformation],
  [File.FileStatLxInformation, fileStatLxInformation],
  [File.FileStreamInformation, fileStreamInformation],
  [File.FileValidDataLengthInformation, fileValidDataLengthInformation],
]);

const FILE_SYSTEM: ReadonlyMap<number, Codec<unknown>> = new Map<number, Codec<unknown>>([
  [Fs.FileFsAttributeInformation, fileFsAttributeInformation],
  [Fs.FileFsControlInformation, fileFsControlInformation],
  [Fs.FileFsDeviceInformation, fileFsDeviceInformation],
  [Fs.FileFsFullSizeInformation, fileFsFullSizeInformation],
  [Fs.FileFsLabelInformation, fileFsLabelInformation],
  [Fs.FileFsObjectIdInformation, fileFsObjectIdInformation],
  [Fs.FileFsPosixInformation, fileFsPosixInformation],
  [Fs.FileFsSectorSizeInformation, fileFsSectorSizeInformation],
  [Fs.FileFsSizeInformation, fileFsSizeInformation],
  [Fs.FileFsVolumeInformation, fileFsVolumeInformation],
]);
