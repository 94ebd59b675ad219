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
export { type CreateContext, CreateContextName, createContextList } from './create-contexts/create-context.ts';
export { ANY_FILE_ID, type FileId, fileId } from './file-id.ts';
export { FileAttributes } from './fscc/file-attributes.ts';
export { FileInformationClass, FsInformationClass } from './fscc/information-class.ts';
export { FsctlCode } from './fsctl/fsctl-code.ts';
export { Command, HEADER_SIZE, type Header, HeaderFlags, header, SMB2_PROTOCOL_ID } from './header.ts';
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
export { Smb1Dialect, type Smb1NegotiateRequest, smb1NegotiateRequest } from './smb1-negotiate.ts';
export {
  TRANSFORM_AAD_OFFSET,
  TRANSFORM_HEADER_SIZE,
  TRANSFORM_PROTOCOL_ID,
  TransformFlags,
  type TransformHeader,
  transformHeader,
} from './transform-header.ts';
