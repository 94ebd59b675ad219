import { randomBytes } from 'node:crypto';
import { accountKey } from '@tsmbd/ms-dtyp';
import { ntHash } from '@tsmbd/ntlm-auth';
import type { Account, AccountSource } from '@tsmbd/smb2-server';
import type { AccountDirectory } from './rpc-back-end.ts';

/** A user of an embedded server. */
export interface User {
  readonly name: string;
  readonly password: string;
}

/**
 * RIDs of accounts start here, as on Windows; Domain Users is the primary group. [MS-DTYP] 2.4.2.4
 */
export const FIRST_RID = 1000;
const DOMAIN_USERS = 513;

/** A machine's SID with three random parts. */
export function newMachineSid(): string {
  const r = randomBytes(12);
  return `S-1-5-21-${r.readUInt32LE(0)}-${r.readUInt32LE(4)}-${r.readUInt32LE(8)}`;
}

/** The groups of every account of this machine. */
export function groupsOf(machineSid: string): readonly string[] {
  return [`${machineSid}-${DOMAIN_USERS}`, 'S-1-5-32-545'];
}

/** Accounts that live as long as the process. */
export class MemoryAccounts implements AccountSource, AccountDirectory {
  readonly machineSid = newMachineSid();
  readonly #accounts = new Map<string, Account>();

  constructor(users: readonly User[], domain: string) {
    const { machineSid } = this;
    for (const [i, user] of users.entries()) {
      const key = accountKey(user.name);
      if (this.#accounts.has(key)) throw new Error(`two users are called ${user.name}`);
      this.#accounts.set(key, {
        name: user.name,
        domain,
        sid: `${machineSid}-${FIRST_RID + i}`,
        groups: groupsOf(machineSid),
        ntHash: ntHash(user.password),
      });
    }
  }

  accounts(): readonly Account[] {
    return [...this.#accounts.values()];
  }

  find(user: string): Account | undefined {
    return this.#accounts.get(accountKey(user));
  }
}

/**
 * A source of accounts that the pipes cannot list. Clients learn no names and SIDs of other
 * accounts.
 */
export function unlisted(source: AccountSource): AccountSource & AccountDirectory {
  const { whole } = source;
  return {
    machineSid: newMachineSid(),
    accounts: () => [],
    find: (user, domain) => source.find(user, domain),
    ...(whole && { whole: (account) => whole.call(source, account) }),
  };
}
