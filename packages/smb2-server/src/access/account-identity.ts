import { WellKnownSid } from '@tsmbd/ms-dtyp';
import type { Account, Identity } from '../config.ts';

/** Who a user with an account is, once logged on: also a member of the groups of all such users. */
export function accountIdentity(account: Account): Identity {
  const { name, domain, sid, groups, unix, privileges } = account;
  return {
    name,
    domain,
    sid,
    groups: [...groups, WellKnownSid.EVERYONE, WellKnownSid.NETWORK, WellKnownSid.AUTHENTICATED_USERS],
    unix,
    privileges,
  };
}
