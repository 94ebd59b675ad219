import type { Native, NativeCall } from '../native.ts';

/** A user of the system, as passwd(5) has it. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A group of the system, as group(5) has it. */
export interface SystemGroup {
  readonly name: string;
  readonly gid: number;
}

type Call = 'getpwnam_r' | 'getpwuid_r' | 'getgrnam_r' | 'getgrgid_r';

/** Bytes of the buffer for the strings of an entry at first, and at most. */
const FIRST_SIZE = 4_096;
const MAX_SIZE = 1 << 20;
/** NGROUPS_MAX. */
const MAX_GROUPS = 65_536;
const ERANGE = 34;
const EINTR = 4;
/** These say that there is no such entry, getpwnam(3). Any other error: the service failed. */
const MISSING: ReadonlySet<number> = new Set([0, 1, 2, 3, 9]);
/** struct passwd: name, passwd (pointers), uid, gid, gecos, dir, shell. */
const PASSWD = { size: 48, name: 0, uid: 16, gid: 20 } as const;
/** struct group: name, passwd (pointers), gid, members. */
const GROUP = { size: 32, name: 0, gid: 16 } as const;

/**
 * The users and groups of the system, through the C library and so through nsswitch.conf(5): files,
 * SSSD, winbind, LDAP. A call may take as long as the service that is behind it, so all of them run
 * on the thread pool. Errors: the errno of a service that failed.
 */
export class NameService {
  readonly #native: Native;
  readonly #calls: Readonly<Record<Call, NativeCall>>;
  readonly #getgrouplist: NativeCall;

  constructor(native: Native) {
    this.#native = native;
    const byName = (name: string): NativeCall => native.func(name, 'int', ['str', 'int64', 'int64', 'int64', 'int64']);
    const byId = (name: string): NativeCall => native.func(name, 'int', ['int64', 'int64', 'int64', 'int64', 'int64']);
    this.#calls = {
      getpwnam_r: byName('getpwnam_r'),
      getpwuid_r: byId('getpwuid_r'),
      getgrnam_r: byName('getgrnam_r'),
      getgrgid_r: byId('getgrgid_r'),
    };
    this.#getgrouplist = native.func('getgrouplist', 'int', ['str', 'int64', 'int64', 'int64']);
  }

  async user(key: string | number): Promise<SystemUser | undefined> {
    const found = await this.#entry(typeof key === 'string' ? 'getpwnam_r' : 'getpwuid_r', key, PASSWD.size);
    if (found === undefined) return undefined;
    const { entry, text } = found;
    return { name: text(PASSWD.name), uid: entry.readUInt32LE(PASSWD.uid), gid: entry.readUInt32LE(PASSWD.gid) };
  }

  async group(key: string | number): Promise<SystemGroup | undefined> {
    const found = await this.#entry(typeof key === 'string' ? 'getgrnam_r' : 'getgrgid_r', key, GROUP.size);
    if (found === undefined) return undefined;
    return { name: found.text(GROUP.name), gid: found.entry.readUInt32LE(GROUP.gid) };
  }

  /** The groups of a user, the primary one (`gid`) among them. */
  async groupsOf({ name, gid }: SystemUser): Promise<readonly number[]> {
    for (let room = 64; ; room = Math.min(MAX_GROUPS, room * 4)) {
      const groups = new Uint32Array(room);
      const count = Int32Array.of(room);
      const keep = { groups, count };
      const address = (array: Uint32Array | Int32Array): number => this.#native.address(new Uint8Array(array.buffer));
      const result = await this.#native.later(keep, this.#getgrouplist, name, gid, address(groups), address(count));
      if (result >= 0) return [...groups.subarray(0, count[0])];
      if (room === MAX_GROUPS) throw new Error(`getgrouplist: too many groups of ${name}`);
    }
  }

  async #entry(call: Call, key: string | number, size: number) {
    for (let room = FIRST_SIZE; ; ) {
      const entry = Buffer.alloc(size);
      const strings = Buffer.allocUnsafeSlow(room);
      const result = Buffer.alloc(8);
      const keep = { entry, strings, result };
      const [at, from, to] = [entry, strings, result].map((bytes) => this.#native.address(bytes)) as [
        number,
        number,
        number,
      ];
      const errno = await this.#native.later(keep, this.#calls[call], key, at, from, room, to);
      if (errno === EINTR) continue;
      if (errno === ERANGE && room < MAX_SIZE) {
        room *= 4;
        continue;
      }
      if (result.readBigUInt64LE(0) !== 0n && errno === 0) {
        const text = (field: number): string => {
          const start = Number(entry.readBigUInt64LE(field)) - from;
          return strings.toString('utf8', start, strings.indexOf(0, start));
        };
        return { entry, text };
      }
      if (MISSING.has(Math.abs(errno))) return undefined;
      throw new Error(`${call}: errno ${errno}`);
    }
  }
}
