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
import { PersistentMarks } from './persistent-marks.ts';
import { lockFrom, lockText, type PersistentRecord, recordFrom, recordText } from './persistent-record.ts';
import { UnopenedRecords } from './unopened.ts';

/** The name that an open's file or stream is being given. */
type Next = Pick<PersistentRecord, 'nextPath' | 'nextStream'>;

/**
 * Persistent Opens outlive the server's process. All that makes up such an Open is in the store
 * before the client is told of it. A server that starts opens the file again and waits for the
 * client. [MS-SMB2] 3.3.1.10 Open.IsPersistent
 */
export class PersistentOpens implements Persistents {
  readonly #server: Engine;
  readonly #store: PersistentStore | undefined;
  /** Files that have persistent opens. For all other files a change costs only one look-up. */
  readonly #byFile = new Map<string, Set<FileOpen>>();
  /**
   * Opens that have changed and are not in the store yet, each with the ranges whose locks changed,
   * by their names in the store.
   */
  readonly #unsaved = new Map<FileOpen, Map<string, LockRange>>();
  /** Opens that have ended and are still in the store. */
  readonly #ended = new Set<string>();
  /** The store refuses data at the moment. A timer tries it again, and no response waits for it. */
  #refuses = false;
  /**
   * Opens whose file is being renamed, and the new name. Until the rename is over, the file may be
   * found under either name.
   */
  readonly #moving = new Map<FileOpen, Next>();
  readonly #marks: PersistentMarks;
  /** Opens that are in the store and whose files could not be opened so far. */
  readonly unopened: UnopenedRecords;

  constructor(server: Engine, store: PersistentStore | undefined) {
    this.#server = server;
    this.#store = store;
    this.#marks = new PersistentMarks((...mark) => server.workers?.mark(...mark));
    this.unopened = new UnopenedRecords(server, (id) => this.#drop(id));
  }

  /** Whether there is a store, so that persistent opens can be granted. */
  get isKept(): boolean {
    return this.#store !== undefined;
  }

  /**
   * Something about the open changed. If the open is persistent, the store receives its new state
   * before any client is answered. It does not receive it at once: if the process ends before the
   * response, the store has either all changes of one request or none of them.
   */
  save(open: FileOpen): void {
    if (!this.#isKept(open)) return;
    const opens = this.#byFile.get(open.key);
    if (opens === undefined) this.#byFile.set(open.key, new Set([open]));
    else opens.add(open);
    this.#marks.add(open);
    this.#flushLater();
    if (!this.#unsaved.has(open)) this.#unsaved.set(open, new Map());
  }

  /** Locks of these ranges were added or removed. */
  locksChanged(open: FileOpen, ranges: () => readonly LockRange[]): void {
    if (!this.#isKept(open)) return;
    this.save(open);
    const changed = this.#unsaved.get(open)!;
    for (const range of ranges()) changed.set(lockText(range), range);
  }

  /**
   * The open has just become persistent. Returns whether it is in the store; an open that is not
   * may not be called persistent.
   */
  keepNow(open: FileOpen): boolean {
    this.save(open);
    this.flush();
    if (!this.#unsaved.has(open)) return true;
    this.#forget(open);
    return false;
  }

  /** Writes all changes to the store. Called before a response is sent. */
  flush(): void {
    if (!this.#refuses) this.#writeAll(Infinity);
  }

  #isKept(open: FileOpen): boolean {
    return open.durable?.kind === 'persistent' && this.#store !== undefined && !open.closed;
  }

  /** Changes that no response follows are written at the end of the turn. */
  #flushLater(): void {
    if (this.#unsaved.size === 0 && this.#ended.size === 0) queueMicrotask(() => this.flush());
  }

  /**
   * Writes up to `most` of the changes. If the store refuses one, that one and all behind it are
   * left for later. Clients are served meanwhile, and may believe that more is stored than is. But
   * a server that ended because of this would keep even less.
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
   * Something about the file changed: its caching or its name. Code that changes locks reports
   * which, with `locksChanged`.
   */
  fileChanged(key: string, command: FileCommand | undefined): void {
    if (this.#byFile.size === 0 || (command !== undefined && LOCK_COMMANDS.has(command.type))) return;
    for (const open of this.#byFile.get(key) ?? []) this.save(open);
  }

  /**
   * Has a file renamed, and updates `path` of its opens. Whenever the process ends, these opens can
   * be found again.
   */
  whileMoving(move: Move, rename: () => Promise<void>): Promise<void> {
    const next = new Map<FileOpen, Next>();
    for (const open of this.#byFile.size === 0 ? [] : this.#server.opens.ofFile(move.key)) {
      const nextPath = pathAfter(open, move);
      if (nextPath !== undefined) next.set(open, { nextPath });
    }
    return this.#while(next, rename);
  }

  /** Does the same for a rename of the open's named stream. '' makes it the unnamed stream. */
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
   * The open's stream has become another stream, and is found under that one's identity. The open's
   * `key` is still the old one.
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

  /** Returns false when the open is not one of these. */
  #forget(open: FileOpen): boolean {
    const opens = this.#byFile.get(open.key);
    if (opens === undefined || !opens.delete(open)) return false;
    this.#unsaved.delete(open);
    this.#marks.delete(open);
    if (opens.size === 0) this.#byFile.delete(open.key);
    return true;
  }

  /**
   * Restores the opens that an earlier run of the server has stored. An open whose file cannot be
   * opened now is kept until its time is over. A record that cannot be read is dropped, and the
   * reason is logged.
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
      if (server.workers?.keepsRecord(kept.persistentId) === false) continue;
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

/** How long until a store that refused data is tried again. */
const RETRY_MS = 100;
/** How many opens are written in one turn when the store accepts data again. */
const WRITTEN_AT_ONCE = 256;
const LOCK_COMMANDS: ReadonlySet<FileCommand['type']> = new Set(['lock', 'unlock', 'cancel-lock']);
