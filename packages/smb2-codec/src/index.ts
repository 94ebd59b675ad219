export { NtStatus, ntStatusName } from '@tsmbd/ms-dtyp';
export { AccessMask } from './access-mask.ts';
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
export { type CreateContext, CreateContextName, createContextList } from './create-contexts/create-context.ts';
export { ANY_FILE_ID, type FileId, fileId } from './file-id.ts';
export { FileAttributes } from './fscc/file-attributes.ts';
export { FileInformationClass, FsInformationClass } from './fscc/information-class.ts';
export { FsctlCode } from './fsctl/fsctl-code.ts';
export { Command, HEADER_SIZE, type Header, HeaderFlags, header, SMB2_PROTOCOL_ID } from './header.ts';
export {
  decodeNegotiateContexts,
  encodeNegotiateContexts,
  type NegotiateContext,
  NegotiateContextType,
  negotiateContext,
} from './negotiate-contexts/negotiate-context.ts';
