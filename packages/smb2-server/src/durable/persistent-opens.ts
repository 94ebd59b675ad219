import { type LeaseState, type OpenState, SharedRights } from '@tsmbd/oplock-lease';
import { type Vfs, VfsError, type VfsHandle, type VfsOpenOptions, type VfsPath } from '@tsmbd/vfs-adapter';
import { fileChangesOutside } from '../caching.ts';
import { newChannelSequence } from '../channel-sequence.ts';
import { currentShare, type PersistentStore, type Share, shareKey } from '../config.ts';
import { LockSequences } from '../lock-sequence.ts';
import type { FileOpen } from '../open.ts';
import { pathAfter } from '../open-index.ts';
import type { Move } from '../places.ts';
import type { SmbServer } from '../server.ts';
import { Session } from '../session.ts';
import { settleSystemLocks } from '../system-locks.ts';
import { waitForClient } from './detach.ts';
import { type PersistentRecord, recordFrom, recordText } from './persistent-record.ts';

/** What is becoming of an open's name. */
type Next = Pick<PersistentRecord, 'nextPath' | 'nextStream'>;

/**
 * Persistent Opens outlive the server's process: what makes one up is in the store before the client is told of it,
 * and a server that starts opens its file again and waits for the client. [MS-SMB2] 3.3.1.10 Open.IsPersistent
 */
export class PersistentOpens {
  readonly #server: SmbServer;
  readonly #store: PersistentStore | undefined;
  /** Files that have persistent opens, so that all others cost one look. */
  readonly #byFile = new Map<string, Set<FileOpen>>();
  /** What changed and is not in the store yet. */
  readonly #unsaved = new Set<FileOpen>();
  /** Opens whose file is being renamed, and where to: until that is over it may be found under either name. */
  readonly #moving = new Map<FileOpen, Next>();

  constructor(server: SmbServer, store: PersistentStore | undefined) {
    this.#server = server;
    this.#store = store;
  }

  /** There is a store, so that persistent opens can be granted. */
  get isKept(): boolean {
    return this.#store !== undefined;
  }

  /**
   * Something about the open changed: if it is persistent, the store has it as it is before anybody is answered. Not at
   * once, so that what one request changes is kept as a whole, or not at all where the process ends before its answer.
   */
  save(open: FileOpen): void {
    if (open.durable?.kind !== 'persistent' || this.#store === undefined || open.closed) return;
    const opens = this.#byFile.get(open.key);
    if (opens === undefined) this.#byFile.set(open.key, new Set([open]));
    else opens.add(open);
    // What no answer follows is kept at the end of the turn.
    if (this.#unsaved.size === 0) queueMicrotask(() => this.flush());
    this.#unsaved.add(open);
  }

  /** Writes what has changed. Called before an answer leaves. */
  flush(): void {
    if (this.#unsaved.size === 0) return;
    for (const open of this.#unsaved) {
      try {
        this.#write(open);
      } catch (error) {
        // The client may believe more than is kept; a server that ended for it would keep less.
        this.#server.env.log('error', 'smb', 'a persistent open could not be kept', { open: open.id, error });
      }
    }
    this.#unsaved.clear();
  }

  #write(open: FileOpen): void {
    if (open.closed) return;
    const state = this.#server.authority.peek(open.key);
    const own = state?.opens.get(open.id);
    if (state === undefined || own === undefined) return;
    const lease = own.lease === undefined ? undefined : state.leases.get(own.lease);
    const locks = state.locks.filter((lock) => lock.open === open.id);
    const next = this.#moving.get(open);
    this.#store!.save(idOf(open), recordText({ ...record(open, own, lease, locks, state.deletePending), ...next }));
  }

  /** Something about the file changed: its caching, its locks. */
  fileChanged(key: string): void {
    if (this.#byFile.size === 0) return;
    for (const open of this.#byFile.get(key) ?? []) this.save(open);
  }

  /** Has a file renamed, `path` of its opens included; whenever the process ends, they are found again. */
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

  /** The open's stream has become another's: it is found under that. The open's `key` is the old one still. */
  moved(open: FileOpen, to: string): void {
    const opens = this.#byFile.get(open.key);
    if (opens?.delete(open) !== true) return;
    if (opens.size === 0) this.#byFile.delete(open.key);
    this.#byFile.set(to, (this.#byFile.get(to) ?? new Set()).add(open));
  }

  /** The open ended for good. */
  delete(open: FileOpen): void {
    if (this.#byFile.size === 0) return;
    const opens = this.#byFile.get(open.key);
    if (opens === undefined || !opens.delete(open)) return;
    this.#unsaved.delete(open);
    if (opens.size === 0) this.#byFile.delete(open.key);
    if (!this.#server.stopping) this.#store?.delete(idOf(open));
  }

  /** Takes up what a server before this one has kept. What cannot be opened again is dropped, and the log says why. */
  async restore(): Promise<void> {
    if (this.#store === undefined) return;
    for (const { id, text } of [...this.#store.all()]) {
      const { log } = this.#server.env;
      try {
        await this.#restoreOne(recordFrom(text));
      } catch (error) {
        log('warn', 'smb', 'a persistent open could not be restored', { id, error });
        this.#store.delete(id);
      }
    }
  }

  async #restoreOne(kept: PersistentRecord): Promise<void> {
    const server = this.#server;
    const named = server.share(kept.share);
    const share = named && currentShare(named);
    if (share?.vfs === undefined) throw new Error(`there is no share ${kept.share} any more`);
    const { file, path } = await find(share.vfs, kept);
    let handle = file;
    let open: FileOpen | undefined;
    try {
      if (kept.stream !== undefined) handle = await this.#stream(share.vfs, file, kept.stream, kept);
      const key = handle.identity;
      open = this.#open({ ...kept, path }, share, handle);
      // A lease, from when the share had such, is nothing that the system holds a file for.
      const held = kept.lease === undefined && server.systemLeases.take(share, key, handle);
      server.authority.apply(key, {
        type: 'restore',
        open: { ...kept.state, id: open.id },
        streamOf: handle.file?.identity,
        lease: kept.lease,
        locks: kept.locks,
      });
      if (held) server.systemLeases.settle(key, handle, open.id);
      if (!settleSystemLocks(server, open, kept.locks)) {
        server.env.log('warn', 'smb', 'a local program has locked what a persistent open had locked', {
          path: open.path,
        });
      }
      if (kept.deletePending) {
        server.authority.apply(key, { type: 'set-delete-pending', open: open.id, deletePending: true });
      }
      server.opens.add(open);
      server.durables.add(open);
      if (!held && share.kernelOplocks === true && handle.lease !== undefined) fileChangesOutside(server, key);
      this.save(open);
      waitForClient(server, open);
    } catch (error) {
      server.systemLeases.settle(handle.identity, handle, undefined);
      if (open !== undefined) server.authority.apply(open.key, { type: 'close', open: open.id });
      await handle.close();
      throw error;
    }
  }

  /** The kept stream of `file`, which it owns then: under the name that it was getting, where it has the old one no more. */
  async #stream(vfs: Vfs, file: VfsHandle, name: string, kept: PersistentRecord): Promise<VfsHandle> {
    const { streams } = this.#server;
    try {
      return (await streams.open(file, name, 'open')).handle;
    } catch (error) {
      if (kept.nextStream === undefined || !(error instanceof VfsError && error.code === 'not-found')) throw error;
      if (kept.nextStream !== '') return (await streams.open(file, kept.nextStream, 'open')).handle;
    }
    const whole = await find(vfs, { ...kept, stream: undefined });
    await file.close();
    return whole.file;
  }

  /** An Open of nobody: its session and tree are ended ones that say whose it was. */
  #open(kept: PersistentRecord, share: Share, handle: FileOpen['handle']): FileOpen {
    const server = this.#server;
    const connection = server.nobody();
    const session = new Session(0n, connection, kept.openedAt);
    session.state = 'closed';
    session.identity = kept.identity;
    return {
      kind: 'file',
      id: server.newOpenId(),
      fileId: { persistent: kept.persistentId, volatile: 0n },
      session,
      tree: {
        treeId: 0,
        session,
        share,
        madeFor: undefined,
        maximalAccess: kept.access,
        connectedAt: kept.openedAt,
        openCount: 0,
      },
      grantedAccess: kept.access,
      openedAt: kept.openedAt,
      closed: false,
      sequence: newChannelSequence(0),
      replayEligible: false,
      handle,
      key: handle.identity,
      lease: kept.openLease,
      askedLease: undefined,
      desiredAccess: kept.desiredAccess,
      shareAccess: kept.state.share,
      createOptions: kept.createOptions,
      reserved: 0n,
      createAction: kept.createAction,
      deleteOnClose: kept.state.deleteOnClose,
      posixDelete: false,
      position: kept.position,
      mode: kept.mode,
      path: kept.path,
      enumeration: undefined,
      listing: undefined,
      watch: undefined,
      markedDeleted: false,
      stickyWriteTime: false,
      changeTimeOf: undefined,
      modified: false,
      clientGuid: kept.durable.clientGuid,
      createGuid: kept.durable.createGuid,
      appInstance: undefined,
      durable: { ...kept.durable, disconnected: true },
      lockSequences: new LockSequences(Uint8Array.from(kept.lockSequences)),
    };
  }
}

function record(
  open: FileOpen,
  state: OpenState,
  lease: LeaseState | undefined,
  locks: PersistentRecord['locks'],
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
    openLease: open.lease,
    state,
    deletePending,
    lease,
    locks,
    lockSequences: open.lockSequences === undefined ? [] : [...open.lockSequences.bytes],
  };
}

/** The file of a persistent open: by its name, or the one that it was about to get. */
async function find(vfs: Vfs, kept: PersistentRecord): Promise<{ file: VfsHandle; path: VfsPath }> {
  let problem: unknown = new Error('another file has its name');
  for (const path of kept.nextPath === undefined ? [kept.path] : [kept.nextPath, kept.path]) {
    try {
      const { handle } = await vfs.open(path, {
        disposition: 'open',
        kind: kept.stream === undefined ? 'file' : 'any',
        data: kept.stream === undefined ? dataOf(kept.access) : 'none',
      });
      if (handle.identity === kept.key) return { file: handle, path };
      await handle.close();
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

function idOf(open: FileOpen): string {
  return open.fileId.persistent.toString(16).padStart(16, '0');
}

function dataOf(access: number): VfsOpenOptions['data'] {
  if ((access & SharedRights.WRITE) !== 0) return (access & SharedRights.READ) === 0 ? 'write' : 'read-write';
  return (access & SharedRights.READ) === 0 ? 'none' : 'read';
}
