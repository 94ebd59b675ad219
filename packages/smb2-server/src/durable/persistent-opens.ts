import {
  type FileCommand,
  isDeletePending,
  type LeaseState,
  type LockRange,
  locksNamed,
  type OpenState,
} from '@tsmbd/oplock-lease';
import { currentShare, type KeptLocks, type PersistentStore, shareKey } from '../config.ts';
import type { Engine, FileOpen, Move, Persistents } from '../model/index.ts';
import { pathAfter } from '../names/index.ts';
import { lockFrom, lockText, type PersistentRecord, recordFrom, recordText } from './persistent-record.ts';
import { UnopenedRecords } from './unopened.ts';

/** What is becoming of an open's name. */
type Next = Pick<PersistentRecord, 'nextPath' | 'nextStream'>;

/**
 * Persistent Opens outlive the server's process: what makes one up is in the store before the
 * client is told of it, and a server that starts opens its file again and waits for the client.
 * [MS-SMB2] 3.3.1.10 Open.IsPersistent
 */
export class PersistentOpens implements Persistents {
  readonly #server: Engine;
  readonly #store: PersistentStore | undefined;
  /** Files that have persistent opens, so that all others cost one look. */
  readonly #byFile = new Map<string, Set<FileOpen>>();
  /** What changed and is not in the store yet: the ranges whose locks did, by their names there. */
  readonly #unsaved = new Map<FileOpen, Map<string, LockRange>>();
  /** What is in the store and has ended. */
  readonly #ended = new Set<string>();
  /** The store takes nothing just now: it is asked again by a timer, and no answer waits for it. */
  #refuses = false;
  /**
   * Opens whose file is being renamed, and where to: until that is over it may be found under
   * either name.
   */
  readonly #moving = new Map<FileOpen, Next>();
  /** What is in the store and could not be opened so far. */
  readonly unopened: UnopenedRecords;

  constructor(server: Engine, store: PersistentStore | undefined) {
    this.#server = server;
    this.#store = store;
    this.unopened = new UnopenedRecords(server, (id) => this.#drop(id));
  }

  /** There is a store, so that persistent opens can be granted. */
  get isKept(): boolean {
    return this.#store !== undefined;
  }

  /**
   * Something about the open changed: if it is persistent, the store has it as it is before anybody
   * is answered. Not at once, so that what one request changes is kept as a whole, or not at all
   * where the process ends before its answer.
   */
  save(open: FileOpen): void {
    if (!this.#isKept(open)) return;
    const opens = this.#byFile.get(open.key);
    if (opens === undefined) this.#byFile.set(open.key, new Set([open]));
    else opens.add(open);
    this.#flushLater();
    if (!this.#unsaved.has(open)) this.#unsaved.set(open, new Map());
  }

  /** Locks of these ranges came or went. */
  locksChanged(open: FileOpen, ranges: () => readonly LockRange[]): void {
    if (!this.#isKept(open)) return;
    this.save(open);
    const changed = this.#unsaved.get(open)!;
    for (const range of ranges()) changed.set(lockText(range), range);
  }

  /**
   * The open has just become persistent: is it in the store? What is not there is not called so.
   */
  keepNow(open: FileOpen): boolean {
    this.save(open);
    this.flush();
    if (!this.#unsaved.has(open)) return true;
    this.#forget(open);
    return false;
  }

  /** Writes what has changed. Called before an answer leaves. */
  flush(): void {
    if (!this.#refuses) this.#writeAll(Infinity);
  }

  #isKept(open: FileOpen): boolean {
    return open.durable?.kind === 'persistent' && this.#store !== undefined && !open.closed;
  }

  /** What no answer follows is kept at the end of the turn. */
  #flushLater(): void {
    if (this.#unsaved.size === 0 && this.#ended.size === 0) queueMicrotask(() => this.flush());
  }

  /**
   * Writes up to `most` of what has changed. What the store does not take stays for later, and so
   * does all behind it: the clients are served meanwhile and may believe more than is kept; a
   * server that ended for it would keep less.
   */
  #writeAll(most: number): void {
    let left = most;
    try {
      for (const id of this.#ended) {
        if (left-- <= 0) return;
        this.#store!.delete(id);
        this.#ended.delete(id);
      }
      for (const [open, locks] of this.#unsaved) {
        if (left-- <= 0) return;
        this.#write(open, locks);
        this.#unsaved.delete(open);
      }
    } catch (error) {
      if (!this.#refuses) {
        this.#server.env.log('error', 'smb', 'persistent opens could not be kept: the store is asked again', { error });
        this.#refuses = true;
        this.#askAgain();
      }
    }
  }

  #askAgain(): void {
    this.#server.env.timer(RETRY_MS, () => {
      this.#writeAll(WRITTEN_AT_ONCE);
      if (this.#unsaved.size > 0 || this.#ended.size > 0) {
        this.#askAgain();
        return;
      }
      this.#refuses = false;
      this.#server.env.log('info', 'smb', 'persistent opens are kept again');
    });
  }

  #write(open: FileOpen, changed: ReadonlyMap<string, LockRange>): void {
    if (open.closed) return;
    const state = this.#server.authority.peek(open.key);
    const own = state?.opens.get(open.id);
    if (state === undefined || own === undefined) return;
    const lease = own.lease === undefined ? undefined : state.leases.get(own.lease);
    const locks = [...changed].map(([range, lock]): KeptLocks => ({ range, count: locksNamed(state, open.id, lock) }));
    const next = this.#moving.get(open);
    const text = recordText({ ...record(open, own, lease, isDeletePending(state, open.id)), ...next });
    this.#store!.save(idOf(open), text, locks);
  }

  /**
   * Something about the file changed: its caching, its name. Whoever changes locks says which:
   * `locksChanged`.
   */
  fileChanged(key: string, command: FileCommand | undefined): void {
    if (this.#byFile.size === 0 || (command !== undefined && LOCK_COMMANDS.has(command.type))) return;
    for (const open of this.#byFile.get(key) ?? []) this.save(open);
  }

  /**
   * Has a file renamed, `path` of its opens included; whenever the process ends, they are found
   * again.
   */
  whileMoving(move: Move, rename: () => Promise<void>): Promise<void> {
    const next = new Map<FileOpen, Next>();
    for (const open of this.#byFile.size === 0 ? [] : this.#server.opens.ofFile(move.key)) {
      const nextPath = pathAfter(open, move);
      if (nextPath !== undefined) next.set(open, { nextPath });
    }
    return this.#while(next, rename);
  }

  /** The same of the open's named stream; '' makes it the unnamed one. */
  whileRenaming(open: FileOpen, nextStream: string, rename: () => Promise<void>): Promise<void> {
    return this.#while(new Map([...(this.#byFile.get(open.key) ?? [])].map((each) => [each, { nextStream }])), rename);
  }

  async #while(opens: ReadonlyMap<FileOpen, Next>, rename: () => Promise<void>): Promise<void> {
    const moving = [...opens].filter(([{ durable }]) => durable?.kind === 'persistent');
    if (moving.length === 0) return rename();
    for (const [each, next] of moving) {
      this.#moving.set(each, next);
      this.save(each);
    }
    this.flush();
    try {
      await rename();
    } finally {
      for (const [each] of moving) {
        this.#moving.delete(each);
        this.save(each);
      }
    }
  }

  /**
   * The open's stream has become another's: it is found under that. The open's `key` is the old one
   * still.
   */
  moved(open: FileOpen, to: string): void {
    const opens = this.#byFile.get(open.key);
    if (opens?.delete(open) !== true) return;
    if (opens.size === 0) this.#byFile.delete(open.key);
    this.#byFile.set(to, (this.#byFile.get(to) ?? new Set()).add(open));
  }

  /** The open ended for good. */
  delete(open: FileOpen): void {
    if (this.#byFile.size === 0) return;
    if (!this.#forget(open) || this.#server.stopping) return;
    this.#drop(idOf(open));
  }

  /** False when it is none of ours. */
  #forget(open: FileOpen): boolean {
    const opens = this.#byFile.get(open.key);
    if (opens === undefined || !opens.delete(open)) return false;
    this.#unsaved.delete(open);
    if (opens.size === 0) this.#byFile.delete(open.key);
    return true;
  }

  /**
   * Takes up what a server before this one has kept. What cannot be opened now is kept for as long
   * as it has time; what cannot be read is dropped, and the log says why.
   */
  async restore(): Promise<void> {
    if (this.#store === undefined) return;
    const server = this.#server;
    for (const { id, text, locks = [] } of [...this.#store.all()]) {
      let kept: PersistentRecord;
      let ranges: readonly LockRange[];
      try {
        kept = recordFrom(text);
        ranges = locks.flatMap(({ range, count }) => Array.from({ length: count }, () => lockFrom(range)));
      } catch (error) {
        server.env.log('warn', 'smb', 'a persistent open could not be read', { id, error });
        this.#drop(id);
        continue;
      }
      const named = server.share(kept.share);
      await this.unopened.add(id, kept, ranges, named && currentShare(named));
    }
  }

  #drop(id: string): void {
    this.#flushLater();
    this.#ended.add(id);
  }
}

function record(
  open: FileOpen,
  state: OpenState,
  lease: LeaseState | undefined,
  deletePending: boolean,
): PersistentRecord {
  const { identity } = open.session;
  return {
    persistentId: open.fileId.persistent,
    share: shareKey(open.tree.share),
    path: open.path,
    key: open.handle.file?.identity ?? open.key,
    stream: open.handle.streamName,
    identity: identity!,
    access: open.grantedAccess,
    desiredAccess: open.desiredAccess,
    createOptions: open.createOptions,
    createAction: open.createAction,
    openedAt: open.openedAt,
    position: open.position,
    mode: open.mode,
    durable: open.durable!,
    appInstance: open.appInstance,
    openLease: open.lease,
    state,
    deletePending,
    lease,
    lockSequences: open.lockSequences === undefined ? [] : [...open.lockSequences.bytes],
  };
}

function idOf(open: FileOpen): string {
  return open.fileId.persistent.toString(16).padStart(16, '0');
}

/** How long until a store that refused is asked again. */
const RETRY_MS = 100;
/** How many opens are written in one turn once it takes them again. */
const WRITTEN_AT_ONCE = 256;
const LOCK_COMMANDS: ReadonlySet<FileCommand['type']> = new Set(['lock', 'unlock', 'cancel-lock']);
