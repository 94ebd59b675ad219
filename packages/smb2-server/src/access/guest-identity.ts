import { WellKnownSid } from '@tsmbd/ms-dtyp';
import type { Identity } from '../config.ts';

/** The identity of a guest. `domain` is the server's NetBIOS name. */
export function guestIdentity(domain: string): Identity {
  return {
    name: 'guest',
    domain,
    sid: WellKnownSid.BUILTIN_GUESTS,
    groups: [WellKnownSid.BUILTIN_GUESTS, WellKnownSid.EVERYONE, WellKnownSid.NETWORK],
  };
}
