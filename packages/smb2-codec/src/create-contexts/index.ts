export {
  AaplCommand,
  AaplQuery,
  type AaplRequest,
  type AaplResponse,
  AaplServerCaps,
  AaplVolumeCaps,
  aaplRequest,
  aaplResponse,
  grantsReadDirAttr,
} from './aapl.ts';
export { type AllocationSize, allocationSize } from './allocation-size.ts';
export {
  type AppInstanceId,
  type AppInstanceVersion,
  appInstanceId,
  appInstanceVersion,
} from './app-instance.ts';
export { type CreateContext, CreateContextName, createContextList } from './create-context.ts';
export { createContextCodec, createContextTitle } from './create-context-codecs.ts';
export {
  type DurableHandleReconnect,
  type DurableHandleRequest,
  type DurableHandleResponse,
  durableHandleReconnect,
  durableHandleRequest,
  durableHandleResponse,
} from './durable-handle.ts';
export {
  DurableHandleFlags,
  type DurableHandleReconnectV2,
  type DurableHandleRequestV2,
  type DurableHandleResponseV2,
  durableHandleReconnectV2,
  durableHandleRequestV2,
  durableHandleResponseV2,
} from './durable-handle-v2.ts';
export { type EaBuffer, eaBuffer } from './ea-buffer.ts';
export { decodeCreateContext, findCreateContext, makeCreateContext } from './find-create-context.ts';
export { type Lease, LeaseFlags, LeaseState, lease } from './lease.ts';
export {
  type PosixCreateRequest,
  type PosixCreateResponse,
  posixCreateRequest,
  posixCreateResponse,
} from './posix-create.ts';
export {
  type QueryMaximalAccessRequest,
  type QueryMaximalAccessResponse,
  queryMaximalAccessRequest,
  queryMaximalAccessResponse,
} from './query-maximal-access.ts';
export { type QueryOnDiskIdResponse, queryOnDiskIdResponse } from './query-on-disk-id.ts';
export { type SdBuffer, sdBuffer } from './sd-buffer.ts';
export { type SvhdxOpenDevice, svhdxOpenDevice } from './svhdx-open-device.ts';
export { type TimewarpToken, timewarpToken } from './timewarp-token.ts';
