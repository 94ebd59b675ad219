export { FaultStatus, RpcFault, RpcProtocolError } from './fault.ts';
export { createLsarpc } from './lsarpc/interface.ts';
export {
  type HandleResponse,
  LSARPC,
  lsarClose,
  lsarOpenPolicy,
  lsarOpenPolicy2,
  lsarQueryInformationPolicy,
  lsarQueryInformationPolicy2,
  type OpenPolicyRequest,
  type QueryInformationPolicyRequest,
  type QueryInformationPolicyResponse,
} from './lsarpc/policy-operations.ts';
export { PolicyClass, type PolicyInformation, type ReferencedDomain, type Translated } from './lsarpc/structures.ts';
export {
  type GetUserNameRequest,
  type GetUserNameResponse,
  type LookupNamesRequest,
  type LookupResponse,
  type LookupSidsRequest,
  lsarGetUserName,
  lsarLookupNames,
  lsarLookupNames2,
  lsarLookupNames3,
  lsarLookupNames4,
  lsarLookupSids,
  lsarLookupSids2,
  lsarLookupSids3,
} from './lsarpc/translation-operations.ts';
export {
  type AccountInfo,
  type ConnectionInfo,
  type FileInfo,
  type ManagementBackend,
  type ServerClock,
  type ServerDescription,
  type SessionInfo,
  type ShareInfo,
  SidType,
} from './management.ts';
export { NdrReader, type Referent } from './ndr/reader.ts';
export type { InfoList, InfoUnion } from './ndr/records.ts';
export type { NdrCodec } from './ndr/types.ts';
export { NdrWriter } from './ndr/writer.ts';
export {
  type BindAckPdu,
  type BindNakPdu,
  BindNakReason,
  type BindPdu,
  type ContextAnswer,
  ContextResult,
  type PresentationContext,
  RejectionReason,
} from './pdu/bind.ts';
export type { FaultPdu, RequestPdu, ResponsePdu, SignalPdu } from './pdu/call.ts';
export { type AuthVerifier, fragmentLength, type PduCommon, PduFlags, PduType } from './pdu/header.ts';
export { decodePdu, encodePdu, type Pdu, pdu } from './pdu/pdu.ts';
export { createRpcClient, type RpcClient } from './runtime/client.ts';
export {
  type ContextHandles,
  procedure,
  type RpcCall,
  type RpcCaller,
  type RpcInterface,
  type RpcOperation,
  type RpcProcedure,
} from './runtime/interface.ts';
export {
  createRpcServer,
  type RpcPipe,
  type RpcServer,
  type RpcServerLimits,
  type RpcServerOptions,
} from './runtime/server.ts';
export { createSrvsvc } from './srvsvc/interface.ts';
export {
  type EnumRequest,
  type EnumResponse,
  type InfoResponse,
  netrConnectionEnum,
  netrFileEnum,
  netrRemoteTod,
  netrServerGetInfo,
  netrSessionEnum,
  netrShareEnum,
  netrShareEnumSticky,
  netrShareGetInfo,
  type RemoteTodResponse,
  type ServerGetInfoRequest,
  type ShareGetInfoRequest,
  SRVSVC,
  type TimeOfDay,
} from './srvsvc/operations.ts';
export {
  type ConnectionFields,
  type FileFields,
  type ServerFields,
  type SessionFields,
  type ShareFields,
  ShareType,
} from './srvsvc/structures.ts';
export { BindTimeFeatures, bindTimeFeatures, featureSyntax, NDR20, NDR64, type SyntaxId } from './syntax.ts';
export { WinError } from './win-error.ts';
export {
  createWkssvc,
  netrWkstaGetInfo,
  WKSSVC,
  type WkstaGetInfoRequest,
  type WkstaGetInfoResponse,
  type WorkstationFields,
} from './wkssvc/interface.ts';
