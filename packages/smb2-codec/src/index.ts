export { NtStatus, ntStatusName } from '@tsmbd/ms-dtyp';
export { AccessMask } from './access-mask.ts';
export { type CommandName, commandCodecs, commandName, type RequestOf, type ResponseOf } from './command-codecs.ts';
export { type CancelRequest, cancelRequest } from './commands/cancel.ts';
export {
  ChangeNotifyFlags,
  type ChangeNotifyRequest,
  type ChangeNotifyResponse,
  changeNotifyRequest,
  changeNotifyResponse,
  NotifyFilter,
} from './commands/change-notify.ts';
export { CloseFlags, type CloseRequest, type CloseResponse, closeRequest, closeResponse } from './commands/close.ts';
export {
  CreateAction,
  CreateDisposition,
  CreateOptions,
  type CreateRequest,
  type CreateResponse,
  CreateResponseFlags,
  createRequest,
  createResponse,
  ImpersonationLevel,
  OplockLevel,
  ShareAccess,
} from './commands/create.ts';
export { type EchoRequest, type EchoResponse, echoRequest, echoResponse } from './commands/echo.ts';
export { EMPTY_BODY, type EmptyBody, emptyBody } from './commands/empty-body.ts';
export { EMPTY_ERROR, type ErrorResponse, errorResponse } from './commands/error.ts';
export {
  decodeErrorContexts,
  type ErrorContext,
  ErrorId,
  encodeErrorContexts,
  type ShareRedirectError,
  type SymbolicLinkError,
  shareRedirectError,
  symbolicLinkError,
} from './commands/error-contexts.ts';
export { type FlushRequest, type FlushResponse, flushRequest, flushResponse } from './commands/flush.ts';
export { IoctlFlags, type IoctlRequest, type IoctlResponse, ioctlRequest, ioctlResponse } from './commands/ioctl.ts';
export {
  type LockElement,
  LockFlags,
  type LockRequest,
  type LockResponse,
  lockRequest,
  lockResponse,
} from './commands/lock.ts';
export { type LogoffRequest, type LogoffResponse, logoffRequest, logoffResponse } from './commands/logoff.ts';
export {
  Capabilities,
  Dialect,
  type NegotiateRequest,
  type NegotiateResponse,
  negotiateRequest,
  negotiateResponse,
  SecurityMode,
} from './commands/negotiate.ts';
export {
  type LeaseBreak,
  LeaseBreakFlags,
  type LeaseBreakNotification,
  leaseBreak,
  leaseBreakNotification,
  type OplockBreak,
  type OplockBreakRequest,
  type OplockBreakResponse,
  oplockBreak,
  oplockBreakRequest,
  oplockBreakResponse,
} from './commands/oplock-break.ts';
export {
  QueryDirectoryFlags,
  type QueryDirectoryRequest,
  type QueryDirectoryResponse,
  queryDirectoryRequest,
  queryDirectoryResponse,
} from './commands/query-directory.ts';
export {
  InfoType,
  QueryInfoFlags,
  type QueryInfoRequest,
  type QueryInfoResponse,
  queryInfoRequest,
  queryInfoResponse,
  SecurityInformation,
} from './commands/query-info.ts';
export {
  Channel,
  encodeReadResponseHead,
  READ_RESPONSE_DATA_OFFSET,
  ReadFlags,
  type ReadRequest,
  type ReadResponse,
  ReadResponseFlags,
  readRequest,
  readResponse,
} from './commands/read.ts';
export {
  NotificationType,
  type ServerToClientNotification,
  serverToClientNotification,
} from './commands/server-to-client-notification.ts';
export {
  SessionFlags,
  SessionSetupFlags,
  type SessionSetupRequest,
  type SessionSetupResponse,
  sessionSetupRequest,
  sessionSetupResponse,
} from './commands/session-setup.ts';
export { type SetInfoRequest, type SetInfoResponse, setInfoRequest, setInfoResponse } from './commands/set-info.ts';
export {
  ShareCapabilities,
  ShareFlags,
  ShareType,
  type TreeConnectContext,
  TreeConnectContextType,
  TreeConnectFlags,
  type TreeConnectRequest,
  type TreeConnectResponse,
  treeConnectRequest,
  treeConnectResponse,
} from './commands/tree-connect.ts';
export {
  type TreeDisconnectRequest,
  type TreeDisconnectResponse,
  treeDisconnectRequest,
  treeDisconnectResponse,
} from './commands/tree-disconnect.ts';
export { WriteFlags, type WriteRequest, type WriteResponse, writeRequest, writeResponse } from './commands/write.ts';
export { type CompoundElement, splitCompound } from './compound.ts';
export {
  type ChainedCompression,
  COMPRESSION_PROTOCOL_ID,
  CompressionFlags,
  type CompressionPayload,
  type CompressionTransform,
  compressionTransform,
  type PatternV1,
  patternV1,
  type UnchainedCompression,
} from './compression-transform.ts';
export {
  AaplCommand,
  AaplQuery,
  type AaplRequest,
  type AaplResponse,
  AaplServerCaps,
  AaplVolumeCaps,
  aaplRequest,
  aaplResponse,
} from './create-contexts/aapl.ts';
export { type AllocationSize, allocationSize } from './create-contexts/allocation-size.ts';
export {
  type AppInstanceId,
  type AppInstanceVersion,
  appInstanceId,
  appInstanceVersion,
} from './create-contexts/app-instance.ts';
export { type CreateContext, CreateContextName, createContextList } from './create-contexts/create-context.ts';
export { createContextCodec, createContextTitle } from './create-contexts/create-context-codecs.ts';
export {
  type DurableHandleReconnect,
  type DurableHandleRequest,
  type DurableHandleResponse,
  durableHandleReconnect,
  durableHandleRequest,
  durableHandleResponse,
} from './create-contexts/durable-handle.ts';
export {
  DurableHandleFlags,
  type DurableHandleReconnectV2,
  type DurableHandleRequestV2,
  type DurableHandleResponseV2,
  durableHandleReconnectV2,
  durableHandleRequestV2,
  durableHandleResponseV2,
} from './create-contexts/durable-handle-v2.ts';
export { type EaBuffer, eaBuffer } from './create-contexts/ea-buffer.ts';
export { decodeCreateContext, findCreateContext, makeCreateContext } from './create-contexts/find-create-context.ts';
export { type Lease, LeaseFlags, LeaseState, lease } from './create-contexts/lease.ts';
export {
  type PosixCreateRequest,
  type PosixCreateResponse,
  posixCreateRequest,
  posixCreateResponse,
} from './create-contexts/posix-create.ts';
export {
  type QueryMaximalAccessRequest,
  type QueryMaximalAccessResponse,
  queryMaximalAccessRequest,
  queryMaximalAccessResponse,
} from './create-contexts/query-maximal-access.ts';
export { type QueryOnDiskIdResponse, queryOnDiskIdResponse } from './create-contexts/query-on-disk-id.ts';
export { type SdBuffer, sdBuffer } from './create-contexts/sd-buffer.ts';
export { type SvhdxOpenDevice, svhdxOpenDevice } from './create-contexts/svhdx-open-device.ts';
export { type TimewarpToken, timewarpToken } from './create-contexts/timewarp-token.ts';
export { dissect } from './dissect/dissect.ts';
export type {
  DissectedPayload,
  DissectedPdu,
  DissectOptions,
  Payload,
  PayloadDecoder,
  PayloadKind,
  RelatedRequest,
} from './dissect/pdu.ts';
export { ANY_FILE_ID, type FileId, fileId } from './file-id.ts';
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
} from './fscc/directory-entry.ts';
export {
  type DirectoryEntryEncoder,
  type DirectoryEntryWriter,
  decodeDirectory,
  directoryClassOf,
  directoryCodec,
  directoryEntryWriter,
  directoryList,
} from './fscc/directory-list.ts';
export { decodeEntries, type EntryBody, encodeEntries } from './fscc/entry-list.ts';
export { type FileAccessInformation, fileAccessInformation } from './fscc/file-access-information.ts';
export { type FileAlignmentInformation, fileAlignmentInformation } from './fscc/file-alignment-information.ts';
export {
  FILE_ALL_INFORMATION_FIXED_SIZE,
  type FileAllInformation,
  fileAllInformation,
} from './fscc/file-all-information.ts';
export { type FileAllocationInformation, fileAllocationInformation } from './fscc/file-allocation-information.ts';
export {
  type FileAttributeTagInformation,
  fileAttributeTagInformation,
} from './fscc/file-attribute-tag-information.ts';
export { FileAttributes } from './fscc/file-attributes.ts';
export { type FileBasicInformation, FileTimeCommand, fileBasicInformation } from './fscc/file-basic-information.ts';
export {
  type FileCaseSensitiveInformation,
  fileCaseSensitiveInformation,
} from './fscc/file-case-sensitive-information.ts';
export { type FileCompressionInformation, fileCompressionInformation } from './fscc/file-compression-information.ts';
export { type FileDispositionInformation, fileDispositionInformation } from './fscc/file-disposition-information.ts';
export {
  DispositionFlags,
  type FileDispositionInformationEx,
  fileDispositionInformationEx,
} from './fscc/file-disposition-information-ex.ts';
export { type FileEaInformation, fileEaInformation } from './fscc/file-ea-information.ts';
export { type FileEndOfFileInformation, fileEndOfFileInformation } from './fscc/file-end-of-file-information.ts';
export {
  FILE_FS_ATTRIBUTE_INFORMATION_FIXED_SIZE,
  type FileFsAttributeInformation,
  FileSystemAttributes,
  fileFsAttributeInformation,
} from './fscc/file-fs-attribute-information.ts';
export {
  type FileFsControlInformation,
  FileSystemControlFlags,
  fileFsControlInformation,
} from './fscc/file-fs-control-information.ts';
export {
  DeviceCharacteristics,
  DeviceType,
  type FileFsDeviceInformation,
  fileFsDeviceInformation,
} from './fscc/file-fs-device-information.ts';
export { type FileFsObjectIdInformation, fileFsObjectIdInformation } from './fscc/file-fs-object-id-information.ts';
export {
  type FileFsSectorSizeInformation,
  fileFsSectorSizeInformation,
  SectorSizeFlags,
} from './fscc/file-fs-sector-size-information.ts';
export {
  type FileFsFullSizeInformation,
  type FileFsSizeInformation,
  fileFsFullSizeInformation,
  fileFsSizeInformation,
} from './fscc/file-fs-size-information.ts';
export {
  FILE_FS_VOLUME_INFORMATION_FIXED_SIZE,
  type FileFsLabelInformation,
  type FileFsVolumeInformation,
  fileFsLabelInformation,
  fileFsVolumeInformation,
} from './fscc/file-fs-volume-information.ts';
export { type FileIdInformation, fileIdInformation } from './fscc/file-id-information.ts';
export { type FileInternalInformation, fileInternalInformation } from './fscc/file-internal-information.ts';
export { type FileModeInformation, fileModeInformation } from './fscc/file-mode-information.ts';
export {
  type FileNameInformation,
  fileAlternateNameInformation,
  fileNameInformation,
  fileNormalizedNameInformation,
  fileShortNameInformation,
} from './fscc/file-name-information.ts';
export { type FileNetworkOpenInformation, fileNetworkOpenInformation } from './fscc/file-network-open-information.ts';
export {
  FileAction,
  type FileNotifyInformation,
  fileNotifyInformation,
  fileNotifySize,
} from './fscc/file-notify-information.ts';
export {
  type FilePipeInformation,
  type FilePipeLocalInformation,
  type FilePipeRemoteInformation,
  filePipeInformation,
  filePipeLocalInformation,
  filePipeRemoteInformation,
} from './fscc/file-pipe-information.ts';
export { type FilePositionInformation, filePositionInformation } from './fscc/file-position-information.ts';
export {
  type FileQuotaInformation,
  fileGetQuotaInformation,
  fileQuotaInformation,
  type QueryQuotaInfo,
  queryQuotaInfo,
} from './fscc/file-quota-information.ts';
export {
  type FileRenameInformation,
  type FileRenameInformationEx,
  fileLinkInformation,
  fileLinkInformationEx,
  fileRenameInformation,
  fileRenameInformationEx,
  RenameFlags,
} from './fscc/file-rename-information.ts';
export {
  type FileReparsePointInformation,
  fileReparsePointInformation,
} from './fscc/file-reparse-point-information.ts';
export { type FileStandardInformation, fileStandardInformation } from './fscc/file-standard-information.ts';
export {
  type FileStandardLinkInformation,
  fileStandardLinkInformation,
} from './fscc/file-standard-link-information.ts';
export { type FileStreamInformation, fileStreamInformation } from './fscc/file-stream-information.ts';
export {
  type FileValidDataLengthInformation,
  fileValidDataLengthInformation,
} from './fscc/file-valid-data-length-information.ts';
export { type FullEa, FullEaFlags, fullEaList, getEaList } from './fscc/full-ea.ts';
export { FileInformationClass, FsInformationClass } from './fscc/information-class.ts';
export { fileInformationCodec, fsInformationCodec } from './fscc/information-codecs.ts';
export { filePosixDirectoryInformation, type PosixDirectoryEntry } from './fscc/posix-directory-entry.ts';
export {
  type FileFsPosixInformation,
  type FilePosixInformation,
  fileFsPosixInformation,
  filePosixInformation,
} from './fscc/posix-information.ts';
export { type FileAllocatedRange, fileAllocatedRange, fileAllocatedRanges } from './fsctl/allocated-ranges.ts';
export { CompressionFormat, type CompressionState, compressionState } from './fsctl/compression.ts';
export {
  type CopychunkRange,
  type SrvCopychunkCopy,
  type SrvCopychunkResponse,
  srvCopychunkCopy,
  srvCopychunkResponse,
} from './fsctl/copychunk.ts';
export {
  type DfsReferral,
  DfsReferralEntryFlags,
  DfsReferralHeaderFlags,
  type DfsReferralNameList,
  type DfsReferralRequest,
  type DfsReferralRequestEx,
  type DfsReferralResponse,
  type DfsReferralTarget,
  type DfsReferralV1,
  DfsServerType,
  dfsReferralRequest,
  dfsReferralRequestEx,
  dfsReferralResponse,
} from './fsctl/dfs-referral.ts';
export {
  type DuplicateExtentsData,
  type DuplicateExtentsDataEx,
  DuplicateExtentsFlags,
  duplicateExtentsData,
  duplicateExtentsDataEx,
} from './fsctl/duplicate-extents.ts';
export { type SrvSnapshotArray, srvSnapshotArray } from './fsctl/enumerate-snapshots.ts';
export {
  type FileLevelTrim,
  type FileLevelTrimOutput,
  type FileLevelTrimRange,
  fileLevelTrim,
  fileLevelTrimOutput,
} from './fsctl/file-level-trim.ts';
export { FsctlCode } from './fsctl/fsctl-code.ts';
export { type FsctlCodecs, fsctlCodecs } from './fsctl/fsctl-codecs.ts';
export {
  ChecksumType,
  type GetIntegrityInformation,
  getIntegrityInformation,
  IntegrityFlags,
  type SetIntegrityInformation,
  type SetIntegrityInformationEx,
  setIntegrityInformation,
  setIntegrityInformationEx,
} from './fsctl/integrity-information.ts';
export { type NetworkResiliencyRequest, networkResiliencyRequest } from './fsctl/lmr-request-resiliency.ts';
export {
  type InterfaceAddress,
  InterfaceCapability,
  type NetworkInterfaceInfo,
  networkInterfaceInfo,
} from './fsctl/network-interface-info.ts';
export { type ObjectIdBuffer, objectIdBuffer } from './fsctl/object-id.ts';
export {
  OFFLOAD_TOKEN_SIZE,
  OffloadReadFlags,
  type OffloadReadInput,
  type OffloadReadOutput,
  type OffloadWriteInput,
  type OffloadWriteOutput,
  offloadReadInput,
  offloadReadOutput,
  offloadWriteInput,
  offloadWriteOutput,
} from './fsctl/offload.ts';
export { type PipePeekResponse, pipePeekResponse } from './fsctl/pipe-peek.ts';
export { type PipeWaitRequest, pipeWaitRequest } from './fsctl/pipe-wait.ts';
export {
  HASH_TYPE_PEER_DIST,
  type HashHeader,
  HashRetrievalType,
  hashHeader,
  type SrvHashRetrieveFileBased,
  type SrvHashRetrieveHashBased,
  type SrvReadHashRequest,
  srvHashRetrieveFileBased,
  srvHashRetrieveHashBased,
  srvReadHashRequest,
} from './fsctl/read-hash.ts';
export {
  type MountPointReparseData,
  type NfsReparseData,
  NfsSpecialFile,
  type OtherReparseData,
  type ReparseData,
  ReparseTag,
  reparseData,
  SymlinkFlags,
  type SymlinkReparseData,
} from './fsctl/reparse-data.ts';
export { type SrvRequestResumeKeyResponse, srvRequestResumeKeyResponse } from './fsctl/resume-key.ts';
export { type FileSetSparseBuffer, fileSetSparseBuffer } from './fsctl/set-sparse.ts';
export { type FileZeroDataInformation, fileZeroDataInformation } from './fsctl/set-zero-data.ts';
export {
  type ValidateNegotiateInfoRequest,
  type ValidateNegotiateInfoResponse,
  validateNegotiateInfoRequest,
  validateNegotiateInfoResponse,
} from './fsctl/validate-negotiate-info.ts';
export { Command, HEADER_SIZE, type Header, HeaderFlags, header, SMB2_PROTOCOL_ID } from './header.ts';
export { formatIpv6, parseIpv4, parseIpv6 } from './ip-address.ts';
export {
  type Body,
  decodeBody,
  decodeElement,
  decodeMessage,
  encodeBody,
  encodeMessage,
  type MessageElement,
  makeHeader,
} from './message.ts';
export {
  CompressionAlgorithmId,
  type CompressionCapabilities,
  CompressionCapabilitiesFlags,
  compressionCapabilities,
} from './negotiate-contexts/compression-capabilities.ts';
export {
  CipherId,
  type EncryptionCapabilities,
  encryptionCapabilities,
} from './negotiate-contexts/encryption-capabilities.ts';
export {
  decodeNegotiateContexts,
  encodeNegotiateContexts,
  type NegotiateContext,
  NegotiateContextType,
  negotiateContext,
} from './negotiate-contexts/negotiate-context.ts';
export { negotiateContextCodec } from './negotiate-contexts/negotiate-context-codecs.ts';
export {
  type NetnameNegotiateContextId,
  netnameNegotiateContextId,
} from './negotiate-contexts/netname-negotiate-context-id.ts';
export {
  HashAlgorithmId,
  type PreauthIntegrityCapabilities,
  preauthIntegrityCapabilities,
} from './negotiate-contexts/preauth-integrity-capabilities.ts';
export {
  type RdmaTransformCapabilities,
  RdmaTransformId,
  rdmaTransformCapabilities,
} from './negotiate-contexts/rdma-transform-capabilities.ts';
export {
  SigningAlgorithmId,
  type SigningCapabilities,
  signingCapabilities,
} from './negotiate-contexts/signing-capabilities.ts';
export {
  type TransportCapabilities,
  TransportCapabilitiesFlags,
  transportCapabilities,
} from './negotiate-contexts/transport-capabilities.ts';
export { type MessageKind, protocolOf } from './protocol.ts';
export { type BufferDescriptorV1, bufferDescriptorV1List } from './rdma-channel.ts';
export { Smb1Dialect, type Smb1NegotiateRequest, smb1NegotiateRequest } from './smb1-negotiate.ts';
export {
  TRANSFORM_AAD_OFFSET,
  TRANSFORM_HEADER_SIZE,
  TRANSFORM_PROTOCOL_ID,
  TransformFlags,
  type TransformHeader,
  transformHeader,
} from './transform-header.ts';
