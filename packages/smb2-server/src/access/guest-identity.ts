import { WellKnownSid } from '@tsmbd/ms-dtyp';
import type { Identity, ServerConfig } from '../config.ts';

/** The identity of a guest of a server. It is the same object as long as the settings are. */
export function guestIdentity(config: ServerConfig): Identity {
  let guest = guests.get(config);
  if (guest === undefined) {
    guest = made(config);
    guests.set(config, guest);
  }
  return guest;
}

const guests = new WeakMap<ServerConfig, Identity>();

function made({ netbiosName, guestUser }: ServerConfig): Identity {
  return {
    name: 'guest',
    domain: netbiosName,
    unix: guestUser,
    sid: WellKnownSid.BUILTIN_GUESTS,
    groups: [WellKnownSid.BUILTIN_GUESTS, WellKnownSid.EVERYONE, WellKnownSid.NETWORK],
  };
}
