export { type CancelRequest, cancelRequest } from './cancel.ts';
export {
  ChangeNotifyFlags,
  type ChangeNotifyRequest,
  type ChangeNotifyResponse,
  changeNotifyRequest,
  changeNotifyResponse,
  NotifyFilter,
} from './change-notify.ts';
export { CloseFlags, type CloseRequest, type CloseResponse, closeRequest, closeResponse } from './close.ts';
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
} from './create.ts';
export { type EchoRequest, type EchoResponse, echoRequest, echoResponse } from './echo.ts';
export { EMPTY_BODY, type EmptyBody, emptyBody } from './empty-body.ts';
export { EMPTY_ERROR, type ErrorResponse, errorResponse } from './error.ts';
export {
  decodeErrorContexts,
  type ErrorContext,
  ErrorId,
  encodeErrorContexts,
  type ShareRedirectError,
  type SymbolicLinkError,
  shareRedirectError,
  symbolicLinkError,
} from './error-contexts.ts';
export { type FlushRequest, type FlushResponse, flushRequest, flushResponse } from './flush.ts';
export { IoctlFlags, type IoctlRequest, type IoctlResponse, ioctlRequest, ioctlResponse } from './ioctl.ts';
export {
  type LockElement,
  LockFlags,
  type LockRequest,
  type LockResponse,
  lockRequest,
  lockResponse,
} from './lock.ts';
export { type LogoffRequest, type LogoffResponse, logoffRequest, logoffResponse } from './logoff.ts';
export {
  Capabilities,
  Dialect,
  type NegotiateRequest,
  type NegotiateResponse,
  negotiateRequest,
  negotiateResponse,
  SecurityMode,
} from './negotiate.ts';
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
} from './oplock-break.ts';
export {
  QueryDirectoryFlags,
  type QueryDirectoryRequest,
  type QueryDirectoryResponse,
  queryDirectoryRequest,
  queryDirectoryResponse,
} from './query-directory.ts';
export {
  InfoType,
  QueryInfoFlags,
  type QueryInfoRequest,
  type QueryInfoResponse,
  queryInfoRequest,
  queryInfoResponse,
  SecurityInformation,
} from './query-info.ts';
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
} from './read.ts';
export { type RemotedIdentity, type RemotedIdentityPart, remotedIdentity } from './remoted-identity.ts';
export {
  NotificationType,
  type ServerToClientNotification,
  serverToClientNotification,
} from './server-to-client-notification.ts';
export {
  SessionFlags,
  SessionSetupFlags,
  type SessionSetupRequest,
  type SessionSetupResponse,
  sessionSetupRequest,
  sessionSetupResponse,
} from './session-setup.ts';
export { type SetInfoRequest, type SetInfoResponse, setInfoRequest, setInfoResponse } from './set-info.ts';
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
} from './tree-connect.ts';
export {
  type TreeDisconnectRequest,
  type TreeDisconnectResponse,
  treeDisconnectRequest,
  treeDisconnectResponse,
} from './tree-disconnect.ts';
export { WriteFlags, type WriteRequest, type WriteResponse, writeRequest, writeResponse } from './write.ts';
