import { type Codec, securityDescriptor } from '@tsmbd/ms-dtyp';
import { fullEaList } from '../fscc/full-ea.ts';
import { aaplRequest, aaplResponse } from './aapl.ts';
import { allocationSize } from './allocation-size.ts';
import { appInstanceId, appInstanceVersion } from './app-instance.ts';
import { CreateContextName as Name } from './create-context.ts';
import { durableHandleReconnect, durableHandleRequest, durableHandleResponse } from './durable-handle.ts';
import { durableHandleReconnectV2, durableHandleRequestV2, durableHandleResponseV2 } from './durable-handle-v2.ts';
import { lease } from './lease.ts';
import { posixCreateRequest, posixCreateResponse } from './posix-create.ts';
import { queryMaximalAccessRequest, queryMaximalAccessResponse } from './query-maximal-access.ts';
import { queryOnDiskIdResponse } from './query-on-disk-id.ts';
import { svhdxOpenDevice } from './svhdx-open-device.ts';
import { timewarpToken } from './timewarp-token.ts';

/**
 * The codec of a create context's data, [MS-SMB2] 2.2.13.2 and 2.2.14.2. Undefined if the name is
 * unknown or has no data in this direction. A security descriptor and extended attributes are
 * decoded too.
 */
export function createContextCodec(name: string, direction: 'request' | 'response'): Codec<unknown> | undefined {
  return (direction === 'request' ? REQUEST : RESPONSE).get(name);
}

/**
 * A readable name of a create context: its own name, or, if its name is a GUID, that of the
 * structure.
 */
export function createContextTitle(name: string): string {
  return TITLES.get(name) ?? name;
}

const REQUEST: ReadonlyMap<string, Codec<unknown>> = new Map<string, Codec<unknown>>([
  [Name.EA_BUFFER, fullEaList],
  [Name.SD_BUFFER, securityDescriptor],
  [Name.DURABLE_HANDLE_REQUEST, durableHandleRequest],
  [Name.DURABLE_HANDLE_RECONNECT, durableHandleReconnect],
  [Name.ALLOCATION_SIZE, allocationSize],
  [Name.QUERY_MAXIMAL_ACCESS_REQUEST, queryMaximalAccessRequest],
  [Name.TIMEWARP_TOKEN, timewarpToken],
  [Name.REQUEST_LEASE, lease],
  [Name.DURABLE_HANDLE_REQUEST_V2, durableHandleRequestV2],
  [Name.DURABLE_HANDLE_RECONNECT_V2, durableHandleReconnectV2],
  [Name.APP_INSTANCE_ID, appInstanceId],
  [Name.APP_INSTANCE_VERSION, appInstanceVersion],
  [Name.SVHDX_OPEN_DEVICE_CONTEXT, svhdxOpenDevice],
  [Name.AAPL, aaplRequest],
  [Name.POSIX, posixCreateRequest],
]);

const RESPONSE: ReadonlyMap<string, Codec<unknown>> = new Map<string, Codec<unknown>>([
  [Name.DURABLE_HANDLE_REQUEST, durableHandleResponse],
  [Name.QUERY_MAXIMAL_ACCESS_REQUEST, queryMaximalAccessResponse],
  [Name.QUERY_ON_DISK_ID, queryOnDiskIdResponse],
  [Name.REQUEST_LEASE, lease],
  [Name.DURABLE_HANDLE_REQUEST_V2, durableHandleResponseV2],
  [Name.SVHDX_OPEN_DEVICE_CONTEXT, svhdxOpenDevice],
  [Name.AAPL, aaplResponse],
  [Name.POSIX, posixCreateResponse],
]);

const TITLES: ReadonlyMap<string, string> = new Map([
  [Name.APP_INSTANCE_ID, 'AppInstanceId'],
  [Name.APP_INSTANCE_VERSION, 'AppInstanceVersion'],
  [Name.SVHDX_OPEN_DEVICE_CONTEXT, 'SvhdxOpenDevice'],
  [Name.POSIX, 'POSIX'],
]);
