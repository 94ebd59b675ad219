import type { Guid } from '@tsmbd/ms-dtyp';
import type { LockRange } from '@tsmbd/oplock-lease';
import { DurableHandleFlags, type DurableHandleReconnectV2, NtStatus } from '@tsmbd/smb2-codec';
import { foldName, type VfsPath } from '@tsmbd/vfs-adapter';
import { type Share, shareKey } from '../config.ts';
import { HomedElsewhere, isRefusal, StatusError } from '../errors.ts';
import type { Engine, RequestContext } from '../model/index.ts';
import { waitForClient } from './detach.ts';
import type { PersistentRecord } from './persistent-record.ts';
import { isNotThere, OtherFile, restoreOpen, TakenMeanwhile } from './restore.ts';

/** The result of one attempt to open the file of a record. */
type Attempt = 'opened' | 'not-there' | 'failed' | 'lost';

interface Unopened {
  readonly id: string;
  readonly kept: PersistentRecord;
  readonly locks: readonly LockRange[];
  /** When the record's time is over, in milliseconds of the monotonic clock. */
  readonly until: number;
  readonly stopTimer: () => void;
  /** It has been logged that the file cannot be opened. */
  isSaid: boolean;
  /** An attempt that is under way. All requests that need the result wait for this one. */
  attempt: Promise<Attempt> | undefined;
}

/**
 * Records of persistent Opens whose files could not be opened when the server started: the disk
 * failed, the share's folder was missing, another folder was mounted there, or the share was not
 * configured. They are kept, and are tried again when a client asks for the Open or for its file.
 * Each record is kept until its time to wait for its client is over.
 */
export class UnopenedRecords {
  readonly #server: Engine;
  /** Removes a record from the store. */
  readonly #drop: (id: string) => void;
  readonly #byPersistentId = new Map<bigint, Unopened>();
  readonly #byCreateGuid = new Map<Guid, Unopened>();
  readonly #byPlace = new Map<string, Set<Unopened>>();

  constructor(server: Engine, drop: (id: string) => void) {
    this.#server = server;
    this.#drop = drop;
  }

  /** How many records there are. */
  get size(): number {
    return this.#byPersistentId.size;
  }

  /** Whether one of the records is the Open with this FileId.Persistent. */
  has(persistentId: bigint): boolean {
    return this.#byPersistentId.has(persistentId);
  }

  /**
   * Tries a record from the store for the first time, and keeps the record if its file cannot be
   * opened.
   */
  async add(id: string, kept: PersistentRecord, locks: readonly LockRange[], share: Share | undefined): Promise<void> {
    const { env } = this.#server;
    const { timeoutMs } = kept.durable;
    const stopTimer = env.timer(timeoutMs, () => this.#end(record, 'its client did not come back'));
    const record: Unopened = {
      id,
      kept,
      locks,
      until: env.now() + timeoutMs,
      stopTimer,
      isSaid: false,
      attempt: undefined,
    };
    this.#byPersistentId.set(kept.persistentId, record);
    this.#server.workers?.set('unopened', this.size);
    if (kept.durable.createGuid !== undefined) this.#byCreateGuid.set(kept.durable.createGuid, record);
    for (const place of placesOf(kept)) {
      const there = this.#byPlace.get(place);
      if (there === undefined) this.#byPlace.set(place, new Set([record]));
      else there.add(record);
    }
    await this.#try(record, share);
  }

  /**
   * A client comes back for an Open. If the Open is one of these records, its file is opened now.
   * Throws STATUS_FILE_NOT_AVAILABLE, after which clients try again, if that fails for a reason
   * that may pass. [MS-SMB2] 3.3.5.9.12
   */
  async seek(ctx: RequestContext, { fileId, createGuid, flags }: DurableHandleReconnectV2): Promise<void> {
    const isAsked = (flags & DurableHandleFlags.PERSISTENT) !== 0;
    const record =
      this.#byPersistentId.get(fileId.persistent) ?? (isAsked ? this.#byCreateGuid.get(createGuid) : undefined);
    if (record !== undefined) await this.#require(record, ctx);
  }

  /**
   * A client opens a path. If one of these records is a persistent Open of that path, it is opened
   * first, as if the server had found it when it started. Throws STATUS_FILE_NOT_AVAILABLE if the
   * file may yet be found. [MS-SMB2] 3.3.5.9
   */
  async seekAt(ctx: RequestContext, path: VfsPath): Promise<void> {
    // If a file is not there, it is looked for only once, no matter how many opens of it are kept.
    const absent = new Set<string>();
    for (const record of [...(this.#byPlace.get(placeOf(ctx.tree.share, path)) ?? [])]) {
      if (absent.has(record.kept.key)) continue;
      if ((await this.#require(record, ctx)) === 'not-there') absent.add(record.kept.key);
    }
  }

  /** The server is shutting down. The records stay in the store for its next run. */
  stop(): void {
    for (const record of [...this.#byPersistentId.values()]) this.#forget(record);
  }

  async #require(record: Unopened, ctx: RequestContext): Promise<Attempt | undefined> {
    if (shareKey(ctx.tree.share) !== shareKey({ name: record.kept.share })) return undefined;
    const became = await this.#try(record, ctx.tree.share);
    if (ctx.ended !== undefined) throw new StatusError(NtStatus.STATUS_USER_SESSION_DELETED, 'went meanwhile');
    if (became === 'failed') {
      throw new StatusError(NtStatus.STATUS_FILE_NOT_AVAILABLE, 'a persistent open that cannot be opened now');
    }
    return became;
  }

  #try(record: Unopened, share: Share | undefined): Promise<Attempt> {
    record.attempt ??= this.#attempt(record, share).finally(() => {
      record.attempt = undefined;
    });
    return record.attempt;
  }

  async #attempt(record: Unopened, share: Share | undefined): Promise<Attempt> {
    const { env } = this.#server;
    const { kept, locks } = record;
    if (share?.vfs === undefined) return this.#failed(record, 'its share is not there');
    try {
      const open = await restoreOpen(this.#server, kept, locks, share);
      this.#forget(record);
      waitForClient(this.#server, open, Math.max(0, record.until - env.now()));
      return 'opened';
    } catch (error) {
      if (error instanceof TakenMeanwhile) {
        this.#end(record, error.message);
        return 'lost';
      }
      return this.#failed(record, error);
    }
  }

  /** Logs this only once for each record: clients may ask as often as they like. */
  #failed(record: Unopened, error: unknown): Attempt {
    // The file may be at home elsewhere: this worker died between a CLOSE and its record.
    const isNoBug =
      typeof error === 'string' || error instanceof OtherFile || error instanceof HomedElsewhere || isRefusal(error);
    const level = record.isSaid ? 'debug' : isNoBug ? 'warn' : 'error';
    record.isSaid = true;
    const message = 'a persistent open cannot be opened now: it is kept';
    this.#server.env.log(level, 'smb', message, { id: record.id, error });
    return isNotThere(error) ? 'not-there' : 'failed';
  }

  /** No client will get this open any more. */
  #end(record: Unopened, reason: string): void {
    this.#server.env.log('info', 'smb', 'a persistent open that could not be opened ends', { id: record.id, reason });
    this.#forget(record);
    this.#drop(record.id);
  }

  #forget(record: Unopened): void {
    const { persistentId, durable } = record.kept;
    record.stopTimer();
    if (this.#byPersistentId.get(persistentId) === record) this.#byPersistentId.delete(persistentId);
    this.#server.workers?.set('unopened', this.size);
    if (durable.createGuid !== undefined && this.#byCreateGuid.get(durable.createGuid) === record) {
      this.#byCreateGuid.delete(durable.createGuid);
    }
    for (const place of placesOf(record.kept)) {
      const there = this.#byPlace.get(place);
      there?.delete(record);
      if (there?.size === 0) this.#byPlace.delete(place);
    }
  }
}

/** The names under which the file may be found, in the form of `placeOf`. */
function placesOf({ share, path, nextPath }: PersistentRecord): string[] {
  const paths = nextPath === undefined ? [path] : [path, nextPath];
  return paths.map((each) => placeOf({ name: share }, each));
}

/** The key of a path in a share; letter case is ignored. */
function placeOf(share: Pick<Share, 'name'>, path: VfsPath): string {
  return `${shareKey(share)}\0${foldName(path.join('\\'))}`;
}
