import type { SecurityToken } from '@tsmbd/ms-dtyp';
import type { Identity } from '../config.ts';

/**
 * The identity as the access check takes it. Its groups are a set: a list of 1,000 entries is held
 * against each of 1,000 groups only once.
 */
export function tokenOf(identity: Identity): SecurityToken {
  let token = tokens.get(identity);
  if (token === undefined) {
    const { sid, groups, privileges } = identity;
    token = { user: sid, groups: new Set(groups), ...(privileges !== undefined && { privileges }) };
    tokens.set(identity, token);
  }
  return token;
}

const tokens = new WeakMap<Identity, SecurityToken>();
