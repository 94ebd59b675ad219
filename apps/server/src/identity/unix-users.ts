import type { NameService, SystemGroup, SystemUser, VfsIdentity } from '@tsmbd/vfs-adapter';
import { TimedCache } from './timed-cache.ts';

/** As whom somebody acts. Names or numbers. */
export interface UnixSpec {
  /** A user of the system, or any number. */
  readonly user: string;
  /** The primary group, if it is not that of the user. */
  readonly group?: string | undefined;
  /** Further groups. */
  readonly groups?: readonly string[] | undefined;
}

/** The group of a user by number alone, who has none of his own: nogroup. */
const NO_GROUP = 65_534;
const TIMES = { found: 60_000, missing: 10_000, patience: 5_000, atOnce: 2, max: 10_000 };

/** Who the users and groups of the system are, by its name service, with a memory. */
export class UnixUsers {
  readonly #service: Pick<NameService, 'user' | 'group' | 'groupsOf'>;
  readonly #users: TimedCache<SystemUser>;
  readonly #groups: TimedCache<SystemGroup>;
  readonly #groupsOf: TimedCache<readonly number[]>;

  constructor(service: Pick<NameService, 'user' | 'group' | 'groupsOf'>, times = TIMES) {
    this.#service = service;
    this.#users = new TimedCache(times);
    this.#groups = new TimedCache(times);
    this.#groupsOf = new TimedCache(times);
  }

  /** A user by name, in this spelling or in small letters, or by number. */
  async user(key: string): Promise<SystemUser | undefined> {
    const exact = await this.#users.get(key, () => this.#service.user(keyOf(key)));
    const lower = key.toLowerCase();
    return exact ?? (lower === key ? undefined : this.#users.get(lower, () => this.#service.user(lower)));
  }

  /** A group by name or number. */
  group(key: string): Promise<SystemGroup | undefined> {
    return this.#groups.get(key, () => this.#service.group(keyOf(key)));
  }

  /** The number of a group, which need not have a name. Undefined: there is no such group. */
  async gid(key: string): Promise<number | undefined> {
    return (await this.group(key))?.gid ?? numberIn(key);
  }

  /**
   * Whom the kernel asks about for a user; undefined if the system knows no such user. A number
   * needs no name. Errors: Unanswered, and those of the service.
   */
  async identity({ user, group, groups = [] }: UnixSpec): Promise<VfsIdentity | undefined> {
    const known = await this.user(user);
    const uid = known?.uid ?? numberIn(user);
    if (uid === undefined) return undefined;
    const gid = group === undefined ? (known?.gid ?? NO_GROUP) : await this.gid(group);
    // Without the group that was asked for, its files would be another group's.
    if (gid === undefined) throw new Error(`no group ${group}`);
    const own = known === undefined ? [] : await this.#groupsOf.get(known.name, () => this.#service.groupsOf(known));
    const more = await Promise.all(groups.map((name) => this.gid(name)));
    const all = new Set([gid, ...(own ?? []), ...more.filter((id) => id !== undefined)]);
    return { uid, gid, groups: [...all] };
  }
}

function keyOf(key: string): string | number {
  return numberIn(key) ?? key;
}

/** An id, which is less than (uid_t)-1; undefined if the text is not a number. */
function numberIn(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id < 0xffff_ffff ? id : undefined;
}
