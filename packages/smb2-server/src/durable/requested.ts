import { decode } from '@tsmbd/ms-dtyp';
import {
  type AppInstanceId,
  type AppInstanceVersion,
  appInstanceId,
  appInstanceVersion,
  type CreateContext,
  CreateContextName,
  Dialect,
  type DurableHandleReconnectV2,
  type DurableHandleRequestV2,
  durableHandleReconnect,
  durableHandleReconnectV2,
  durableHandleRequest,
  durableHandleRequestV2,
  type FileId,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';

/** What a CREATE asks for about durability, [MS-SMB2] 2.2.13.2. */
export interface RequestedDurability {
  /** DHnQ */
  readonly request: boolean;
  /** DH2Q */
  readonly requestV2: DurableHandleRequestV2 | undefined;
  /** DHnC */
  readonly reconnect: FileId | undefined;
  /** DH2C */
  readonly reconnectV2: DurableHandleReconnectV2 | undefined;
  readonly appInstance: (AppInstanceId & { readonly version: AppInstanceVersion | undefined }) | undefined;
}

const NOTHING: RequestedDurability = {
  request: false,
  requestV2: undefined,
  reconnect: undefined,
  reconnectV2: undefined,
  appInstance: undefined,
};
/**
 * Reads the contexts. Refuses with STATUS_INVALID_PARAMETER contexts that exclude each other.
 * Dialects before 3.0 do not know version 2 and ignore it. [MS-SMB2] 3.3.5.9.6, 3.3.5.9.7,
 * 3.3.5.9.10, 3.3.5.9.12
 */
export function requestedDurability(contexts: readonly CreateContext[], dialect: number): RequestedDurability {
  if (contexts.length === 0) return NOTHING;
  const find = (name: string): Uint8Array | undefined => contexts.find((c) => c.name === name)?.data;
  const is3 = dialect >= Dialect.SMB_3_0;
  const v1 = find(CreateContextName.DURABLE_HANDLE_REQUEST);
  const c1 = find(CreateContextName.DURABLE_HANDLE_RECONNECT);
  const v2 = is3 ? find(CreateContextName.DURABLE_HANDLE_REQUEST_V2) : undefined;
  const c2 = is3 ? find(CreateContextName.DURABLE_HANDLE_RECONNECT_V2) : undefined;
  const app = is3 ? find(CreateContextName.APP_INSTANCE_ID) : undefined;
  if (v1 === undefined && c1 === undefined && v2 === undefined && c2 === undefined && app === undefined) return NOTHING;
  const conflict =
    (v2 !== undefined && (v1 !== undefined || c1 !== undefined || c2 !== undefined)) ||
    (c2 !== undefined && (v1 !== undefined || c1 !== undefined));
  if (conflict) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'durable contexts that exclude each other');
  if (v1 !== undefined) decode(durableHandleRequest, v1);
  // [MS-SMB2] 2.2.13.2.15: only 3.1.1 has this context.
  const version = dialect === Dialect.SMB_3_1_1 ? find(CreateContextName.APP_INSTANCE_VERSION) : undefined;
  return {
    // [MS-SMB2] 3.3.5.9.7: together with a reconnect context this request is ignored.
    request: v1 !== undefined && c1 === undefined,
    requestV2: v2 && decode(durableHandleRequestV2, v2),
    reconnect: c1 && decode(durableHandleReconnect, c1).fileId,
    reconnectV2: c2 && decode(durableHandleReconnectV2, c2),
    appInstance: app && {
      ...decode(appInstanceId, app),
      version: version && decode(appInstanceVersion, version),
    },
  };
}
