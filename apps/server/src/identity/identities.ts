import { NtStatus } from '@tsmbd/smb2-codec';
import { type Account, type AccountSource, type Identity, StatusError } from '@tsmbd/smb2-server';
import { canActAsUsers, nameService, type VfsIdentity } from '@tsmbd/vfs-adapter';
import type { Log } from '../logging.ts';
import type { AccountDirectory } from '../rpc-back-end.ts';
import type { AccountRow } from '../state/account-table.ts';
import type { State } from '../state/state.ts';
import { LocalSids } from './local-sids.ts';
import { UnixUsers } from './unix-users.ts';
import type { UsernameMap } from './username-map.ts';

/** How often it is looked whether another process has changed accounts or groups. */
const LOOK_MS = 5_000;
/** The most groups of one user in a token. */
const MAX_SIDS = 1_024;

/** What the configuration says about who acts as whom. */
export interface IdentitySettings {
  /** Who guests are, and accounts that are no users of the system. */
  readonly guest: VfsIdentity | undefined;
  readonly usernames: UsernameMap;
}

/**
 * The accounts of the state as an engine sees them, with the user of the system that each of them
 * is, and the SIDs of users and groups.
 */
export class Identities implements AccountSource, AccountDirectory, Disposable {
  readonly users: UnixUsers;
  readonly sids: LocalSids;
  /** Whether storage works as the users. If not, it works as the user that the process runs as. */
  readonly mayAct: boolean;
  readonly machineSid: string;
  readonly #state: State;
  readonly #log: Pick<Log, 'write'>;
  readonly #timer: NodeJS.Timeout;
  #settings: IdentitySettings = { guest: undefined, usernames: (name) => name };

  constructor(state: State, log: Pick<Log, 'write'>, users = new UnixUsers(nameService()), mayAct = canActAsUsers()) {
    this.#state = state;
    this.#log = log;
    this.users = users;
    this.mayAct = mayAct;
    this.machineSid = state.machineSid;
    this.sids = new LocalSids(state, users);
    this.#timer = setInterval(() => this.#refresh(), LOOK_MS).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** From now on these settings hold. */
  configure(settings: IdentitySettings): void {
    this.#settings = settings;
  }

  accounts(): ReturnType<State['accounts']> {
    return this.#state.accounts();
  }

  find(user: string): Account | undefined {
    return this.#state.find(this.#settings.usernames(user));
  }

  /** Adds the account's user of the system, and the groups of both. */
  async whole(account: Account): Promise<Account> {
    await this.sids.refresh();
    const row = this.#state.table.find(account.name);
    if (row === undefined) return account;
    const unix = await this.#unixOf(row);
    if (unix !== undefined) this.sids.learn(account.sid, unix);
    const identity = this.identityOf(account, unix ?? this.#settings.guest);
    const ofMachine = this.#state.groups.of(row.rid).map(({ rid }) => `${this.machineSid}-${rid}`);
    return { ...account, ...identity, groups: [...new Set([...identity.groups, ...ofMachine])] };
  }

  /**
   * The identity of a user who is this user of the system: the SIDs of the groups are added. Where
   * storage does not work as users, they count in descriptors and lists alone.
   */
  identityOf(identity: Identity, unix: VfsIdentity | undefined): Identity {
    if (unix === undefined) return identity;
    const own = this.sids.sidOfUser(unix.uid);
    const ids = [unix.gid, ...unix.groups].slice(0, MAX_SIDS);
    const groups = [
      ...identity.groups,
      ...(own === identity.sid ? [] : [own]),
      ...ids.map((id) => this.sids.sidOfGroup(id)),
    ];
    const { name, domain, sid } = identity;
    return { name, domain, sid, groups: [...new Set(groups)], ...(this.mayAct && { unix }) };
  }

  /** A user by name: an account, or else a user of the system. Undefined if there is neither. */
  async named(name: string): Promise<Identity | undefined> {
    const account = this.#state.find(name);
    if (account !== undefined) {
      const { ntHash: _, disabled: __, ...identity } = await this.whole(account);
      return identity;
    }
    const unix = await this.users.identity({ user: name });
    if (unix === undefined) return undefined;
    const sid = this.sids.sidOfUser(unix.uid);
    return this.identityOf({ name, domain: this.#state.domain, sid, groups: [] }, unix);
  }

  async #unixOf(row: AccountRow): Promise<VfsIdentity | undefined> {
    const { name, unixUser, unixGroup, unixGroups } = row;
    const ofGroups = this.#state.groups.of(row.rid).map((group) => group.unixGroup ?? group.name);
    const spec = { user: unixUser ?? name, group: unixGroup, groups: [...unixGroups, ...ofGroups] };
    let unix: VfsIdentity | undefined;
    try {
      unix = await this.users.identity(spec);
    } catch (error) {
      // A guest's rights would be wrong for this user, and so would those of nobody.
      this.#log.write('error', 'auth', 'the user of the system is not known', { user: name, error });
      throw new StatusError(NtStatus.STATUS_NO_LOGON_SERVERS, `who ${name} is on this system is not known now`);
    }
    if (unix === undefined && this.mayAct) {
      this.#log.write('warn', 'auth', 'an account is no user of this system, and has the rights of the guest account', {
        user: name,
        help: `tsmbd user set ${name} --uid USER says who it is`,
      });
    }
    return unix;
  }

  #refresh(): void {
    this.sids
      .refresh()
      .catch((error: unknown) => this.#log.write('error', 'auth', 'accounts cannot be read', { error }));
  }
}
