export {
  type AaplDirectoryEntry,
  type AaplFinderInfo,
  AaplReadDirFlags,
  aaplDirectoryInformation,
} from './aapl-directory-entry.ts';
export {
  type DirectoryClass,
  type DirectoryEntry,
  fileBothDirectoryInformation,
  fileDirectoryInformation,
  fileFullDirectoryInformation,
  fileId64ExtdBothDirectoryInformation,
  fileId64ExtdDirectoryInformation,
  fileIdAllExtdBothDirectoryInformation,
  fileIdAllExtdDirectoryInformation,
  fileIdBothDirectoryInformation,
  fileIdExtdBothDirectoryInformation,
  fileIdExtdDirectoryInformation,
  fileIdFullDirectoryInformation,
  fileNamesInformation,
  type NamesEntry,
} from './directory-entry.ts';
export {
  type DirectoryEntryEncoder,
  type DirectoryEntryWriter,
  decodeDirectory,
  directoryClassOf,
  directoryCodec,
  directoryEntryWriter,
  directoryList,
} from './directory-list.ts';
export { decodeEntries, type EntryBody, encodeEntries } from './entry-list.ts';
export { type FileAccessInformation, fileAccessInformation } from './file-access-information.ts';
export { type FileAlignmentInformation, fileAlignmentInformation } from './file-alignment-information.ts';
export {
  FILE_ALL_INFORMATION_FIXED_SIZE,
  type FileAllInformation,
  fileAllInformation,
} from './file-all-information.ts';
export { type FileAllocationInformation, fileAllocationInformation } from './file-allocation-information.ts';
export {
  type FileAttributeTagInformation,
  fileAttributeTagInformation,
} from './file-attribute-tag-information.ts';
export { FileAttributes } from './file-attributes.ts';
export { type FileBasicInformation, FileTimeCommand, fileBasicInformation } from './file-basic-information.ts';
export {
  type FileCaseSensitiveInformation,
  fileCaseSensitiveInformation,
} from './file-case-sensitive-information.ts';
export { type FileCompressionInformation, fileCompressionInformation } from './file-compression-information.ts';
export { type FileDispositionInformation, fileDispositionInformation } from './file-disposition-information.ts';
export {
  DispositionFlags,
  type FileDispositionInformationEx,
  fileDispositionInformationEx,
} from './file-disposition-information-ex.ts';
export { type FileEaInformation, fileEaInformation } from './file-ea-information.ts';
export { type FileEndOfFileInformation, fileEndOfFileInformation } from './file-end-of-file-information.ts';
export {
  FILE_FS_ATTRIBUTE_INFORMATION_FIXED_SIZE,
  type FileFsAttributeInformation,
  FileSystemAttributes,
  fileFsAttributeInformation,
} from './file-fs-attribute-information.ts';
export {
  type FileFsControlInformation,
  FileSystemControlFlags,
  fileFsControlInformation,
} from './file-fs-control-information.ts';
export {
  DeviceCharacteristics,
  DeviceType,
  type FileFsDeviceInformation,
  fileFsDeviceInformation,
} from './file-fs-device-information.ts';
export { type FileFsObjectIdInformation, fileFsObjectIdInformation } from './file-fs-object-id-information.ts';
export {
  type FileFsSectorSizeInformation,
  fileFsSectorSizeInformation,
  SectorSizeFlags,
} from './file-fs-sector-size-information.ts';
export {
  type FileFsFullSizeInformation,
  type FileFsSizeInformation,
  fileFsFullSizeInformation,
  fileFsSizeInformation,
} from './file-fs-size-information.ts';
export {
  FILE_FS_VOLUME_INFORMATION_FIXED_SIZE,
  type FileFsLabelInformation,
  type FileFsVolumeInformation,
  fileFsLabelInformation,
  fileFsVolumeInformation,
} from './file-fs-volume-information.ts';
export { type FileIdInformation, fileIdInformation } from './file-id-information.ts';
export { type FileInternalInformation, fileInternalInformation } from './file-internal-information.ts';
export { type FileModeInformation, fileModeInformation } from './file-mode-information.ts';
export {
  type FileNameInformation,
  fileAlternateNameInformation,
  fileNameInformation,
  fileNormalizedNameInformation,
  fileShortNameInformation,
} from './file-name-information.ts';
export { type FileNetworkOpenInformation, fileNetworkOpenInformation } from './file-network-open-information.ts';
export {
  FileAction,
  type FileNotifyInformation,
  fileNotifyInformation,
  fileNotifySize,
} from './file-notify-information.ts';
export {
  type FilePipeInformation,
  type FilePipeLocalInformation,
  type FilePipeRemoteInformation,
  filePipeInformation,
  filePipeLocalInformation,
  filePipeRemoteInformation,
} from './file-pipe-information.ts';
export { type FilePositionInformation, filePositionInformation } from './file-position-information.ts';
export {
  type FileQuotaInformation,
  fileGetQuotaInformation,
  fileQuotaInformation,
  type QueryQuotaInfo,
  queryQuotaInfo,
} from './file-quota-information.ts';
export {
  type FileRenameInformation,
  type FileRenameInformationEx,
  fileLinkInformation,
  fileLinkInformationEx,
  fileRenameInformation,
  fileRenameInformationEx,
  RenameFlags,
} from './file-rename-information.ts';
export {
  type FileReparsePointInformation,
  fileReparsePointInformation,
} from './file-reparse-point-information.ts';
export { type FileStandardInformation, fileStandardInformation } from './file-standard-information.ts';
export {
  type FileStandardLinkInformation,
  fileStandardLinkInformation,
} from './file-standard-link-information.ts';
export {
  type FileStatInformation,
  type FileStatLxInformation,
  fileStatInformation,
  fileStatLxInformation,
  LxFlags,
} from './file-stat-information.ts';
export { type FileStreamInformation, fileStreamInformation } from './file-stream-information.ts';
export {
  type FileValidDataLengthInformation,
  fileValidDataLengthInformation,
} from './file-valid-data-length-information.ts';
export { type FullEa, FullEaFlags, fullEaList, getEaList } from './full-ea.ts';
export { FileInformationClass, FsInformationClass } from './information-class.ts';
export { fileInformationCodec, fsInformationCodec } from './information-codecs.ts';
export type { PosixAttributes } from './posix-attributes.ts';
export { filePosixDirectoryInformation, type PosixDirectoryEntry } from './posix-directory-entry.ts';
export {
  type FileFsPosixInformation,
  type FilePosixInformation,
  fileFsPosixInformation,
  filePosixInformation,
} from './posix-information.ts';
