import { accountKey } from '@tsmbd/ms-dtyp';
import { type SidMap, unixSids } from '@tsmbd/smb2-server';
import type { VfsIdentity } from '@tsmbd/vfs-adapter';
import type { State } from '../state/state.ts';
import type { UnixUsers } from './unix-users.ts';

interface Ids {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Which SIDs stand for users and groups of the system: accounts and groups of `tsmbd user` and
 * `tsmbd group` by the machine's SID and their RID, all others by S-1-22-1-uid and S-1-22-2-gid. It
 * answers from memory. `load` reads the state; the ids of accounts that are local users by name are
 * learned from the name service, at the start and at each logon.
 */
export class LocalSids implements SidMap {
  readonly #state: State;
  readonly #users: UnixUsers;
  #byUid = new Map<number, string>();
  #byGid = new Map<number, string>();
  #bySid = new Map<string, Ids>();
  /** Groups of `tsmbd group`, by the key of their name. */
  #groups = new Map<string, string>();
  #version: number | undefined;
  #loading: Promise<void> | undefined;

  constructor(state: State, users: UnixUsers) {
    this.#state = state;
    this.#users = users;
  }

  sidOfUser(uid: number): string {
    return this.#byUid.get(uid) ?? unixSids.sidOfUser(uid);
  }

  sidOfGroup(gid: number): string {
    return this.#byGid.get(gid) ?? unixSids.sidOfGroup(gid);
  }

  idOf(sid: string): Ids | undefined {
    return this.#bySid.get(sid) ?? unixSids.idOf(sid);
  }

  /** The SID of a group of `tsmbd group`. */
  groupSid(name: string): string | undefined {
    return this.#groups.get(accountKey(name));
  }

  /** An account's user of the system, as it was found at a logon. */
  learn(sid: string, { uid }: VfsIdentity): void {
    // If several accounts are one user of the system, the first keeps the uid.
    if (!this.#byUid.has(uid)) this.#byUid.set(uid, sid);
    this.#bySid.set(sid, { uid });
  }

  /** Reads the state anew if another process has changed it since. */
  async refresh(): Promise<void> {
    while (this.#version !== this.#state.dataVersion) await this.load();
  }

  /**
   * Reads all accounts and groups. It leaves out those whom the name service does not know. Whoever
   * asks while that goes on waits for the same reading.
   */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    const version = this.#state.dataVersion;
    const { table, groups, machineSid } = this.#state;
    const next = { byUid: new Map<number, string>(), byGid: new Map<number, string>(), bySid: new Map<string, Ids>() };
    const names = new Map<string, string>();
    const allGroups = groups.all();
    const gids = await together(allGroups, ({ name, unixGroup }) => this.#users.gid(unixGroup ?? name));
    for (const [i, { rid, name }] of allGroups.entries()) {
      const sid = `${machineSid}-${rid}`;
      names.set(accountKey(name), sid);
      const gid = gids[i];
      if (gid === undefined) continue;
      if (!next.byGid.has(gid)) next.byGid.set(gid, sid);
      next.bySid.set(sid, { gid });
    }
    const accounts = table.all().toSorted((a, b) => a.rid - b.rid);
    const users = await together(accounts, ({ name, unixUser }) => this.#users.user(unixUser ?? name));
    for (const [i, { rid, unixUser }] of accounts.entries()) {
      const sid = `${machineSid}-${rid}`;
      const uid = users[i]?.uid ?? (/^\d+$/.test(unixUser ?? '') ? Number(unixUser) : undefined);
      if (uid === undefined) continue;
      if (!next.byUid.has(uid)) next.byUid.set(uid, sid);
      next.bySid.set(sid, { uid });
    }
    this.#byUid = next.byUid;
    this.#byGid = next.byGid;
    this.#bySid = next.bySid;
    this.#groups = names;
    this.#version = version;
  }
}

/** So many are asked about together: no more than the name service lets wait. */
const TOGETHER = 400;

/**
 * What the name service says of each; undefined where it fails. They are asked together, so that a
 * service that is silent is waited for once, and not for each account.
 */
async function together<T, R>(all: readonly T[], ask: (one: T) => Promise<R | undefined>): Promise<(R | undefined)[]> {
  const answers: (R | undefined)[] = [];
  for (let i = 0; i < all.length; i += TOGETHER) {
    const some = all.slice(i, i + TOGETHER).map((one) => ask(one).catch(() => undefined));
    answers.push(...(await Promise.all(some)));
  }
  return answers;
}
