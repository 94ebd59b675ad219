import process from 'node:process';
import { VfsError, type VfsIdentity } from '../../vfs.ts';
import type { Native, NativeArgument, NativeCall } from '../native.ts';
import { mayActAsOthers } from './capabilities.ts';
import type { UserCalls } from './user-calls.ts';

/** A user of the system, prepared for the calls that switch to this user. */
export interface Who extends VfsIdentity {
  /** gid_t[] for setgroups(2). Referenced here as long as its address is used. */
  readonly list: Uint32Array;
  readonly address: number;
  /** The system has shown that this thread can become this user. */
  isKnown: boolean;
}

/** The most groups of a user, NGROUPS_MAX. */
const MAX_GROUPS = 65_536;
/** The largest id: the next one, (uid_t)-1, means "none" to the system calls. */
const MAX_ID = 0xffff_fffe;

/**
 * Whom the kernel asks about when it decides what this thread may do with files: fsuid, fsgid and
 * supplementary groups, credentials(7). This object is the only place that changes them, and there
 * is one in each thread. The raw system calls change the calling thread alone; the functions of the
 * C library of the same names would change all threads.
 *
 * The thread is somebody else only inside `as`, which runs one function that does not wait. So
 * nothing that runs later, and no thread that is made later, can inherit another user. A call for
 * the user that the thread is at the moment costs nothing; a switch and the way back are three
 * system calls each, 1 to 3 µs together.
 */
export class ThreadIdentity {
  /** The user that the process runs as. */
  readonly own: Who;
  /** Whether the process may act as other users: it has CAP_SETUID and CAP_SETGID. */
  readonly canSwitch: boolean;
  readonly #native: Native;
  readonly #set: NativeCall;
  readonly #setGroups: NativeCall;
  readonly #numbers: Native['numbers'];
  #now: Who;

  constructor(native: Native) {
    this.#native = native;
    this.#numbers = native.numbers;
    this.#set = native.func('syscall', 'int64', ['int64', 'int64']);
    this.#setGroups = native.func('syscall', 'int64', ['int64', 'int64', 'int64']);
    const { geteuid, getegid } = process;
    this.own = this.prepared({ uid: geteuid!(), gid: getegid!(), groups: groupsNow(native) });
    this.own.isKnown = true;
    this.#now = this.own;
    this.canSwitch = mayActAsOthers(native);
    if (this.canSwitch) native.outside = (run) => this.as(this.own, run);
  }

  /** The user that this thread is now. Anything but `own` outside of `as` is a fault. */
  get now(): VfsIdentity {
    return this.#now;
  }

  /** Throws `access-denied` for ids that are none. */
  prepared({ uid, gid, groups }: VfsIdentity): Who {
    if (groups.length > MAX_GROUPS || ![uid, gid, ...groups].every(isId)) {
      throw new VfsError('access-denied', `no user of the system: ${uid}:${gid}`);
    }
    const list = Uint32Array.from(groups.length === 0 ? [0] : groups);
    const address = this.#native.address(new Uint8Array(list.buffer));
    return { uid, gid, groups, list, address, isKnown: false };
  }

  /**
   * Runs a function that does not wait as this user, and is the former user again whatever it did.
   * Throws `access-denied`, and does not run it, if the thread cannot become the user.
   */
  as<T>(who: Who, run: () => T): T {
    const before = this.#now;
    if (before === who) return run();
    try {
      this.#become(who);
      return run();
    } finally {
      this.#become(before);
    }
  }

  /** The same for one call of C. errno is that of the call. */
  call(who: Who, call: NativeCall, args: NativeArgument[]): number {
    const before = this.#now;
    if (before === who) return call(...args);
    let errno = 0;
    try {
      this.#become(who);
      const result = call(...args);
      if (result === -1) errno = this.#native.errno();
      return result;
    } finally {
      this.#become(before);
      if (errno !== 0) this.#native.errno(errno);
    }
  }

  /** A C function that is always called as this user. Its `async` runs on threads of `pool`. */
  bound(who: Who, name: string, call: NativeCall, pool: UserCalls): NativeCall {
    const bound = (...args: NativeArgument[]): number => this.call(who, call, args);
    // The process's own calls go to libuv's pool. Its threads are the process's own user for ever.
    const async: NativeCall['async'] = who === this.own ? call.async : (...args) => pool.start(who, name, args);
    return Object.assign(bound, { async, ...(who !== this.own && { queue: pool.queue }) });
  }

  #become(who: Who): void {
    const before = this.#now;
    if (before === who) return;
    const { setfsuid, setfsgid, setgroups } = this.#numbers;
    // Noted first: if a call below throws, the way back is not taken for no way at all.
    this.#now = who;
    // From root to another user, the last call takes away the rights of root over files; from
    // another user to root, the first call gives them back. capabilities(7)
    if (who === this.own) this.#set(setfsuid, who.uid);
    const groups = this.#setGroups(setgroups, who.groups.length, who.address);
    this.#set(setfsgid, who.gid);
    this.#set(setfsuid, who.uid);
    if (groups === 0 && (who.isKnown || this.#isReally(who))) return;
    throw new VfsError('access-denied', `the system does not let this process act as ${who.uid}:${who.gid}`);
  }

  /**
   * These calls do not say whether they failed, as for an id that the user namespace does not have.
   * They return what was set before, so asking once more tells.
   */
  #isReally(who: Who): boolean {
    const { setfsuid, setfsgid } = this.#numbers;
    who.isKnown = this.#set(setfsuid, who.uid) === who.uid && this.#set(setfsgid, who.gid) === who.gid;
    return who.isKnown;
  }
}

/** The supplementary groups alone: process.getgroups adds the primary one. */
function groupsNow(native: Native): number[] {
  const getgroups = native.func('getgroups', 'int', ['int', 'int64']);
  const list = new Uint32Array(MAX_GROUPS);
  const count = getgroups(MAX_GROUPS, native.address(new Uint8Array(list.buffer)));
  if (count < 0) throw new VfsError('io', 'getgroups');
  return [...list.subarray(0, count)];
}

function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id <= MAX_ID;
}
