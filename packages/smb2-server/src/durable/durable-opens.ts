import type { Guid } from '@tsmbd/ms-dtyp';
import type { Durables, FileOpen } from '../model/index.ts';

/**
 * How many disconnected opens are kept at most. Beyond that the oldest are closed, so that no
 * client can fill the server with them.
 */
const MAX_DISCONNECTED = 10_000;

/**
 * Opens, found by what their clients name when they come back: FileId, CreateGuid, AppInstanceId.
 */
export class DurableOpens implements Durables {
  readonly #byPersistentId = new Map<bigint, FileOpen>();
  readonly #byCreateGuid = new Map<string, FileOpen>();
  /** Persistent opens by CreateGuid, no matter which client made them. */
  readonly #persistent = new Map<Guid, FileOpen>();
  readonly #byAppInstance = new Map<Guid, Set<FileOpen>>();
  readonly #creating = new Set<string>();
  readonly #timers = new Map<FileOpen, () => void>();

  add(open: FileOpen): void {
    if (open.durable !== undefined) this.#byPersistentId.set(open.fileId.persistent, open);
    this.#addGuid(open);
    if (open.createGuid !== undefined && open.durable?.kind === 'persistent') {
      this.#persistent.set(open.createGuid, open);
    }
    if (open.appInstance === undefined) return;
    const instances = this.#byAppInstance.get(open.appInstance.id);
    if (instances === undefined) this.#byAppInstance.set(open.appInstance.id, new Set([open]));
    else instances.add(open);
  }

  delete(open: FileOpen): void {
    this.connected(open);
    this.#byPersistentId.delete(open.fileId.persistent);
    this.#deleteGuid(open);
    if (open.createGuid !== undefined && this.#persistent.get(open.createGuid) === open) {
      this.#persistent.delete(open.createGuid);
    }
    if (open.appInstance === undefined) return;
    const instances = this.#byAppInstance.get(open.appInstance.id);
    instances?.delete(open);
    if (instances?.size === 0) this.#byAppInstance.delete(open.appInstance.id);
  }

  /**
   * The open is not durable after all: it ends with its connection. It is still found by its
   * CREATE, but no longer by what durability gave it.
   */
  notDurable(open: FileOpen): void {
    this.delete(open);
    open.durable = undefined;
    if (open.createGuid !== undefined || open.appInstance !== undefined) this.add(open);
  }

  /**
   * Another client has the open from now on. The open is found by the ClientGuid of that client.
   * [MS-SMB2] 3.3.5.9.12
   */
  moveToClient(open: FileOpen, clientGuid: Guid): void {
    this.#deleteGuid(open);
    open.clientGuid = clientGuid;
    this.#addGuid(open);
  }

  #addGuid(open: FileOpen): void {
    if (open.createGuid === undefined) return;
    this.#byCreateGuid.set(guidKey(open.clientGuid, open.createGuid), open);
  }

  #deleteGuid(open: FileOpen): void {
    if (open.createGuid === undefined) return;
    const key = guidKey(open.clientGuid, open.createGuid);
    if (this.#byCreateGuid.get(key) === open) this.#byCreateGuid.delete(key);
  }

  /** How many opens are found by their CreateGuid. */
  get size(): number {
    return this.#byCreateGuid.size;
  }

  /** A CREATE with a CreateGuid is under way until the returned function is called. */
  creating(clientGuid: Guid, createGuid: Guid): () => void {
    const key = guidKey(clientGuid, createGuid);
    this.#creating.add(key);
    return () => this.#creating.delete(key);
  }

  isCreating(clientGuid: Guid, createGuid: Guid): boolean {
    return this.#creating.has(guidKey(clientGuid, createGuid));
  }

  /** The open that a reconnect names. */
  byPersistentId(id: bigint): FileOpen | undefined {
    return this.#byPersistentId.get(id);
  }

  /** The open that the client made with this CreateGuid. */
  byCreateGuid(clientGuid: Guid, createGuid: Guid): FileOpen | undefined {
    return this.#byCreateGuid.get(guidKey(clientGuid, createGuid));
  }

  /** The persistent open that was made with this CreateGuid, no matter by which client. */
  persistentByCreateGuid(createGuid: Guid): FileOpen | undefined {
    return this.#persistent.get(createGuid);
  }

  /** Opens of an application that may have moved to another client. */
  ofAppInstance(id: Guid): readonly FileOpen[] {
    return [...(this.#byAppInstance.get(id) ?? [])];
  }

  /**
   * Records that no client has the open. `cancelTimer` stops the timer that would end it. Returns
   * another open if that one has to be closed to make room.
   */
  disconnected(open: FileOpen, cancelTimer: () => void): FileOpen | undefined {
    this.#timers.set(open, cancelTimer);
    if (this.#timers.size <= MAX_DISCONNECTED) return undefined;
    for (const oldest of this.#timers.keys()) if (oldest.durable?.kind !== 'persistent') return oldest;
    return undefined;
  }

  /** A client has the open again, or the open ends: its timer stops. */
  connected(open: FileOpen): void {
    this.#timers.get(open)?.();
    this.#timers.delete(open);
  }

  /** Opens that wait for their clients. */
  get waiting(): Iterable<FileOpen> {
    return this.#timers.keys();
  }
}

function guidKey(clientGuid: Guid, createGuid: Guid): string {
  return `${clientGuid}/${createGuid}`;
}
