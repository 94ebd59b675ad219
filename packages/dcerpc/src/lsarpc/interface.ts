import { FaultStatus, RpcFault } from '../fault.ts';
import type { ManagementBackend } from '../management.ts';
import { procedure, type RpcCall, type RpcInterface } from '../runtime/interface.ts';
import { RpcNtStatus } from '../win-error.ts';
import { lookupAccountNames, lookupAccountSids, policyOf } from './lookup.ts';
import {
  LSARPC,
  lsarClose,
  lsarOpenPolicy,
  lsarOpenPolicy2,
  lsarQueryInformationPolicy,
  lsarQueryInformationPolicy2,
  type OpenPolicyRequest,
  type QueryInformationPolicyRequest,
} from './policy-operations.ts';
import {
  type LookupNamesRequest,
  type LookupSidsRequest,
  lsarGetUserName,
  lsarLookupNames,
  lsarLookupNames2,
  lsarLookupNames3,
  lsarLookupNames4,
  lsarLookupSids,
  lsarLookupSids2,
  lsarLookupSids3,
} from './translation-operations.ts';

/**
 * The Local Security Authority on \PIPE\lsarpc: policy queries and lookups, [MS-LSAD] and
 * [MS-LSAT].
 */
export function createLsarpc(backend: ManagementBackend): RpcInterface {
  const open = (_: OpenPolicyRequest, call: RpcCall) => ({
    handle: call.handles.open(POLICY),
    status: RpcNtStatus.STATUS_SUCCESS,
  });
  const query = (request: QueryInformationPolicyRequest, call: RpcCall) => {
    checkPolicy(call, request.handle);
    const information = policyOf(backend, request.informationClass);
    const status = information === undefined ? RpcNtStatus.STATUS_INVALID_PARAMETER : RpcNtStatus.STATUS_SUCCESS;
    return { information, status };
  };
  const names = ({ handle, names }: LookupNamesRequest, call: RpcCall) => {
    if (handle !== undefined) checkPolicy(call, handle);
    return lookupAccountNames(backend, names);
  };
  const sids = ({ handle, sids }: LookupSidsRequest, call: RpcCall) => {
    if (handle !== undefined) checkPolicy(call, handle);
    return lookupAccountSids(backend, sids);
  };
  return {
    pipe: 'lsarpc',
    syntax: LSARPC,
    procedures: new Map([
      procedure(lsarClose, ({ handle }, call) => {
        checkPolicy(call, handle);
        call.handles.close(handle);
        return { handle: new Uint8Array(20), status: RpcNtStatus.STATUS_SUCCESS };
      }),
      procedure(lsarOpenPolicy, open),
      procedure(lsarOpenPolicy2, open),
      procedure(lsarQueryInformationPolicy, query),
      procedure(lsarQueryInformationPolicy2, query),
      procedure(lsarLookupNames, names),
      procedure(lsarLookupNames2, names),
      procedure(lsarLookupNames3, names),
      procedure(lsarLookupNames4, names),
      procedure(lsarLookupSids, sids),
      procedure(lsarLookupSids2, sids),
      procedure(lsarLookupSids3, sids),
      procedure(lsarGetUserName, ({ wantsDomain }, { caller }) => ({
        userName: caller.anonymous ? 'ANONYMOUS LOGON' : caller.userName,
        domainName: wantsDomain ? (caller.anonymous ? 'NT AUTHORITY' : caller.domainName) : undefined,
        status: RpcNtStatus.STATUS_SUCCESS,
      })),
    ]),
  };
}

function checkPolicy(call: RpcCall, handle: Uint8Array): void {
  if (call.handles.get(handle) !== POLICY) throw new RpcFault(FaultStatus.CONTEXT_MISMATCH);
}

/** The value of every policy handle: there is only one policy. */
const POLICY = Symbol('policy');
