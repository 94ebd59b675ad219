import { sameAccount } from '@tsmbd/ms-dtyp';
import { ntHash } from '@tsmbd/ntlm-auth';
import { createMemoryVfs, serve } from '@tsmbd/server';
import type { Account, AccountSource } from '@tsmbd/smb2-server';

const MACHINE = 'S-1-5-21-1111111111-2222222222-3333333333';
const STAFF = `${MACHINE}-2000`;

/**
 * Accounts as a program has them: in a table here, in a database or behind an API elsewhere. `find`
 * may answer later. A server needs the NT hash of a password, never the password.
 */
class OwnAccounts implements AccountSource {
  readonly #accounts: readonly Account[] = [
    account('ann', 1000, [STAFF], ntHash('Correct-horse-7')),
    account('ben', 1001, [], ntHash('Battery-staple-8')),
    { ...account('eve', 1002, [STAFF], ntHash('Open-sesame-9')), disabled: true },
  ];

  async find(user: string): Promise<Account | undefined> {
    return this.#accounts.find(({ name }) => sameAccount(name, user));
  }
}

function account(name: string, rid: number, groups: readonly string[], hash: Uint8Array): Account {
  return { name, domain: 'EXAMPLE', sid: `${MACHINE}-${rid}`, groups, ntHash: hash };
}

const server = await serve({
  port: Number(process.argv[2] ?? 0),
  users: new OwnAccounts(),
  shares: {
    everybody: { vfs: createMemoryVfs() },
    staff: { vfs: createMemoryVfs(), access: ({ groups }) => (groups.includes(STAFF) ? 'write' : 'none') },
  },
  // Who logged on, who was refused, and why.
  log: (level, component, message, fields) => {
    if (level !== 'debug') console.log(JSON.stringify({ level, component, message, ...fields }));
  },
});
console.log(`smbclient //127.0.0.1/staff -p ${server.port} -U 'ann%Correct-horse-7'`);
process.once('SIGINT', () => void server.close());
