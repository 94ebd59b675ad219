import type { Guid } from '@tsmbd/ms-dtyp';
import { HomedElsewhere } from '../errors.ts';
import type { Durables, FileOpen } from '../model/index.ts';

/**
 * How many disconnected opens are kept at most. Beyond that the oldest are closed, so that no
 * client can fill the server with them.
 */
const MAX_DISCONNECTED = 10_000;

/** Names that all workers divide between them: `workers/homes.ts`. */
export interface Names {
  elsewhere(name: string): number | undefined;
  tryTake(name: string): boolean;
  drop(name: string): void;
}

/**
 * Opens, found by what their clients name when they come back: FileId, CreateGuid, AppInstanceId.
 */
export class DurableOpens implements Durables {
  readonly #byPersistentId = new Map<bigint, FileOpen>();
  readonly #byCreateGuid = new Map<string, FileOpen>();
  /** Persistent opens by CreateGuid, no matter which client made them. */
  readonly #persistent = new Map<Guid, FileOpen>();
  readonly #byAppInstance = new Map<Guid, Set<FileOpen>>();
  readonly #names: Names | undefined;
  readonly #persistentChanged: ((count: number) => void) | undefined;
  readonly #creating = new Set<string>();
  readonly #timers = new Map<FileOpen, () => void>();

  /**
   * @param names the CreateGuids of all workers
   * @param persistent is told how many opens are found by their CreateGuid alone
   */
  constructor(names?: Names, persistent?: (count: number) => void) {
    this.#names = names;
    this.#persistentChanged = persistent;
  }

  add(open: FileOpen): void {
    if (open.durable !== undefined) this.#byPersistentId.set(open.fileId.persistent, open);
    this.#addGuid(open);
    if (open.createGuid !== undefined && open.durable?.kind === 'persistent') {
      this.#persistent.set(open.createGuid, open);
      this.#persistentChanged?.(this.#persistent.size);
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
      this.#persistentChanged?.(this.#persistent.size);
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
    const key = guidKey(open.clientGuid, open.createGuid);
    if (!this.#byCreateGuid.has(key)) this.#names?.tryTake(nameOf(key));
    this.#byCreateGuid.set(key, open);
  }

  #deleteGuid(open: FileOpen): void {
    if (open.createGuid === undefined) return;
    const key = guidKey(open.clientGuid, open.createGuid);
    if (this.#byCreateGuid.get(key) !== open) return;
    this.#byCreateGuid.delete(key);
    this.#names?.drop(nameOf(key));
  }

  /** How many opens are found by their CreateGuid. */
  get size(): number {
    return this.#byCreateGuid.size;
  }

  get persistentSize(): number {
    return this.#persistent.size;
  }

  /** A CREATE with a CreateGuid is under way until the returned function is called. */
  creating(clientGuid: Guid, createGuid: Guid, except: ReadonlySet<number>): () => void {
    const key = guidKey(clientGuid, createGuid);
    while (this.#names?.tryTake(nameOf(key)) === false) {
      this.requireHere(clientGuid, createGuid, except);
      // An Open of a worker that has looked already has the name too.
      if (this.#names.elsewhere(nameOf(key)) !== undefined) break;
    }
    this.#creating.add(key);
    return () => {
      this.#creating.delete(key);
      this.#names?.drop(nameOf(key));
    };
  }

  requireHere(clientGuid: Guid, createGuid: Guid, except: ReadonlySet<number>): void {
    const worker = this.#names?.elsewhere(nameOf(guidKey(clientGuid, createGuid)));
    if (worker !== undefined && !except.has(worker)) throw new HomedElsewhere(worker);
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

/** The name of a CreateGuid in the table that all workers share. */
function nameOf(key: string): string {
  return `create ${key}`;
}
