import { NULL_GUID, type Sid, splitRid } from '@tsmbd/ms-dtyp';
import { type AccountInfo, type ManagementBackend, SidType } from '../management.ts';
import { RpcNtStatus } from '../win-error.ts';
import { PolicyClass, type PolicyInformation, type ReferencedDomain, type Translated } from './structures.ts';
import type { LookupResponse } from './translation-operations.ts';
import { wellKnownName, wellKnownSid } from './well-known.ts';

/** Translates names, [MS-LSAT] 3.1.4.5. */
export function lookupAccountNames(backend: ManagementBackend, names: readonly string[]): LookupResponse {
  return translate(
    names,
    (name) => backend.lookupName(name) ?? wellKnownName(name),
    () => ({}),
  );
}

/** Translates SIDs, [MS-LSAT] 3.1.4.9. A SID that is not known is returned as text. */
export function lookupAccountSids(backend: ManagementBackend, sids: readonly Sid[]): LookupResponse {
  return translate(
    sids,
    (sid) => backend.lookupSid(sid) ?? wellKnownSid(sid),
    (sid) => ({ name: sid }),
  );
}

function translate(
  wanted: readonly string[],
  lookup: (key: string) => AccountInfo | undefined,
  unknown: (key: string) => Partial<Translated>,
): LookupResponse {
  const domains: ReferencedDomain[] = [];
  let mappedCount = 0;
  const translated = wanted.map((key): Translated => {
    const account = lookup(key);
    if (account === undefined) return { type: SidType.UNKNOWN, domainIndex: -1, ...unknown(key) };
    mappedCount++;
    const { type, name, sid } = account;
    const isDomain = type === SidType.DOMAIN;
    const split = isDomain ? undefined : splitRid(sid);
    // A domain has no RID; a SID with one sub-authority has no domain before it.
    const domain = { name: isDomain ? name : account.domain, sid: isDomain ? sid : split?.domain };
    return { type, name, sid, rid: split?.rid ?? NO_RID, domainIndex: indexOf(domains, domain) };
  });
  const status =
    mappedCount === wanted.length
      ? RpcNtStatus.STATUS_SUCCESS
      : mappedCount === 0
        ? RpcNtStatus.STATUS_NONE_MAPPED
        : RpcNtStatus.STATUS_SOME_NOT_MAPPED;
  return { domains, translated, mappedCount, status };
}

function indexOf(domains: ReferencedDomain[], wanted: ReferencedDomain): number {
  const known = domains.findIndex((domain) => domain.name === wanted.name && domain.sid === wanted.sid);
  return known >= 0 ? known : domains.push(wanted) - 1;
}

/**
 * Answers LsarQueryInformationPolicy, [MS-LSAD] 3.1.4.4.4. Returns undefined for a class that is
 * not supported.
 */
export function policyOf(backend: ManagementBackend, informationClass: number): PolicyInformation | undefined {
  const server = backend.server();
  switch (informationClass) {
    case PolicyClass.PRIMARY_DOMAIN:
      // A workgroup has no SID, but some clients end if they get none.
      return { class: 3, name: server.domain, sid: server.domainSid ?? server.machineSid };
    case PolicyClass.ACCOUNT_DOMAIN:
      return { class: 5, name: server.name, sid: server.machineSid };
    case PolicyClass.SERVER_ROLE:
      return { class: 6, role: PRIMARY_ROLE };
    case PolicyClass.DNS_DOMAIN:
      return {
        class: 12,
        name: server.domain,
        dnsDomain: server.dnsDomain ?? '',
        dnsForest: server.dnsForest ?? '',
        guid: server.domainGuid ?? NULL_GUID,
        sid: server.domainSid ?? server.machineSid,
      };
    default:
      return undefined;
  }
}

const NO_RID = 0xffffffff;
/** PolicyServerRolePrimary, [MS-LSAD] 2.2.4.9. */
const PRIMARY_ROLE = 3;
