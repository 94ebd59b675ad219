import type { CloseResult } from './close.ts';
import type { CloseCommand, FileCommand, FileEffect, OpenCommand, RestoreCommand, ResultOf } from './commands.ts';
import { isDeletedLink, linkForbids } from './links.ts';
import { apply } from './machine.ts';
import { type FileState, isIdle, type LeaseId, newFileState } from './state.ts';
import { fileForbids, moveOpens, sharedByStream } from './stream.ts';

/**
 * The single place of all files' states, as the engine sees it. A call answers at once, or later if
 * the state is kept elsewhere.
 */
export interface FileAuthority {
  /**
   * Applies a command to the file that `key` names. Effects reach the listener before this returns.
   */
  apply<C extends FileCommand>(key: string, command: C): ResultOf<C> | Promise<ResultOf<C>>;
  /**
   * Either a file's unnamed stream has become the named stream `to`, or the named stream `from` has
   * become the unnamed stream of its file `to`, which nobody had open. Effects reach the listener
   * as for `apply`.
   */
  move(from: string, to: string): void | Promise<void>;
  /** The file's state, for reading only. Undefined when nobody has the file open. */
  peek(key: string): Readonly<FileState> | undefined;
  /** The file that the lease belongs to. */
  leaseFile(lease: LeaseId): string | undefined;
  /** All files that are open, for the status report. */
  entries(): Iterable<[string, Readonly<FileState>]>;
}

/**
 * Decides which files and leases this authority may have states of, when several authorities divide
 * the files of one server between them.
 */
export interface FileHomes {
  /** Called before the file's state is made. Throws if another authority has the file. */
  take(file: string): void;
  /** The file's state is gone. */
  drop(file: string): void;
  /** Called before a lease is granted first. Returns false if another authority has the lease. */
  takeLease(lease: LeaseId): boolean;
  /** The lease has ended, or was not granted. */
  dropLease(lease: LeaseId): void;
}

/** Carries out an effect on a file. */
export type EffectListener = (key: string, effect: FileEffect) => void;

/** Keeps all states in this process; every call answers at once. */
export class LocalAuthority implements FileAuthority {
  readonly #files = new Map<string, FileState>();
  /** The file of each lease: a key can be used for one file at a time. [MS-SMB2] 3.3.1.11 */
  readonly #leases = new Map<LeaseId, string>();
  /** The file of each named stream that is open. */
  readonly #fileOf = new Map<string, string>();
  readonly #listener: EffectListener;
  readonly #changed: ((key: string, command: FileCommand | undefined) => void) | undefined;
  readonly #homes: FileHomes | undefined;
  /** What was taken for each state: the file, also for the state of one of its streams. */
  readonly #taken = new Map<string, string>();

  /**
   * @param changed called for every file that a command was applied to, before the effects are
   *   carried out; called without a command when opens moved from one file to another
   * @param homes undefined: all files are this authority's. What it throws, `apply` throws, and
   *   nothing has changed then
   */
  constructor(
    listener: EffectListener,
    changed?: (key: string, command: FileCommand | undefined) => void,
    homes?: FileHomes,
  ) {
    this.#listener = listener;
    this.#changed = changed;
    this.#homes = homes;
  }

  apply<C extends FileCommand>(key: string, command: C): ResultOf<C> {
    const lease = command.type === 'open' ? command.lease?.id : undefined;
    if (command.type === 'open') {
      const refusal = this.#refusal(key, command);
      if (refusal !== undefined) {
        // The open may have waited here until now. It no longer holds anybody up.
        const waited = this.#files.get(key);
        if (waited !== undefined) apply(waited, { type: 'cancel-wait', waiter: command.waiter });
        return { status: refusal } as ResultOf<C>;
      }
    }
    const state = this.#stateFor(key, command);
    if (lease !== undefined && !this.#mayLease(lease)) {
      if (command.type === 'open') apply(state, { type: 'cancel-wait', waiter: command.waiter });
      this.#dropIdle(key, state);
      return { status: 'lease-elsewhere' } as ResultOf<C>;
    }
    const outcome = apply(state, command);
    let { result } = outcome;
    if ('streamOf' in command && command.streamOf !== undefined) this.#joinFile(key, command.streamOf, command, state);
    else if (command.type === 'close' && this.#fileOf.size > 0) {
      result = this.#leaveFile(key, command, result as CloseResult) as ResultOf<C>;
    }
    this.#dropIdle(key, state);
    if (lease !== undefined && state.leases.has(lease)) this.#leases.set(lease, key);
    else if (lease !== undefined && !this.#leases.has(lease)) this.#homes?.dropLease(lease);
    if (command.type === 'restore' && command.lease !== undefined && this.#mayLease(command.lease.id)) {
      this.#leases.set(command.lease.id, key);
    }
    this.#changed?.(key, command);
    for (const effect of outcome.effects) {
      if (effect.type === 'lease-ended' && this.#leases.delete(effect.lease)) this.#homes?.dropLease(effect.lease);
      this.#listener(key, effect);
    }
    return result;
  }

  /** The state that the command applies to. Only opens make a state that stays. */
  #stateFor(key: string, command: FileCommand): FileState {
    if (command.type === 'open' || command.type === 'restore') return this.#state(key, command.streamOf);
    return this.#files.get(key) ?? newFileState();
  }

  /** Whether the lease is this authority's, or may become so. */
  #mayLease(lease: LeaseId): boolean {
    return this.#homes === undefined || this.#leases.has(lease) || this.#homes.takeLease(lease);
  }

  /** Why the open is refused, for reasons that the file's own state does not know. */
  #refusal(key: string, command: OpenCommand): 'lease-elsewhere' | 'delete-pending' | 'sharing-violation' | undefined {
    const { lease, streamOf } = command;
    if (lease !== undefined && (this.#leases.get(lease.id) ?? key) !== key) return 'lease-elsewhere';
    // [MS-FSA] 2.1.5.1.2: if a file's name is to be deleted, none of the file's streams can be
    // opened.
    const file = streamOf === undefined ? undefined : this.#files.get(streamOf);
    if (file === undefined) return undefined;
    if (linkForbids(file, command)) return 'delete-pending';
    // If the stream itself is to be deleted, the stream's own state refuses the open.
    const stream = this.#files.get(key);
    if (stream !== undefined && isDeletedLink(stream)) return undefined;
    return fileForbids(file, command) ? 'sharing-violation' : undefined;
  }

  #joinFile(key: string, file: string, command: OpenCommand | RestoreCommand, state: FileState): void {
    const own = typeof command.open === 'number' ? state.opens.get(command.open) : command.open;
    if (own === undefined || !state.opens.has(own.id)) return;
    this.#fileOf.set(key, file);
    const { link, isOnlyLink } = command;
    apply(this.#state(file), { type: 'open-stream', open: own.id, share: sharedByStream(own), link, isOnlyLink });
  }

  #leaveFile(key: string, command: CloseCommand, result: CloseResult): CloseResult {
    const name = this.#fileOf.get(key);
    const file = name === undefined ? undefined : this.#files.get(name);
    if (file === undefined) return result;
    const { deleteNow, link } = apply(file, { ...command, type: 'close-stream' }).result;
    this.#dropIdle(name!, file);
    return deleteNow ? { ...result, fileLink: link } : result;
  }

  #state(key: string, file: string = this.#fileOf.get(key) ?? key): FileState {
    let state = this.#files.get(key);
    if (state === undefined) {
      this.#homes?.take(file);
      if (this.#homes !== undefined) this.#taken.set(key, file);
      state = newFileState();
      this.#files.set(key, state);
    }
    return state;
  }

  #dropIdle(key: string, state: FileState): void {
    if (!isIdle(state)) return;
    this.#files.delete(key);
    this.#fileOf.delete(key);
    const file = this.#taken.get(key);
    this.#taken.delete(key);
    if (file !== undefined) this.#homes?.drop(file);
  }

  move(from: string, to: string): void {
    const file = this.#taken.get(from) ?? this.#taken.get(to) ?? from;
    const [left, joined] = [this.#state(from, file), this.#state(to, file)];
    const effects = moveOpens(left, joined);
    if (this.#fileOf.get(from) === to) {
      for (const open of joined.opens.values()) {
        open.link = joined.streamOpens.get(open.id)?.link ?? open.link;
        joined.streamOpens.delete(open.id);
      }
    } else {
      this.#fileOf.set(to, from);
      for (const open of joined.opens.values()) {
        left.streamOpens.set(open.id, { share: sharedByStream(open), link: open.link });
        open.link = '';
      }
    }
    for (const id of joined.leases.keys()) this.#leases.set(id, to);
    this.#dropIdle(from, left);
    this.#dropIdle(to, joined);
    for (const key of [from, to]) this.#changed?.(key, undefined);
    for (const effect of effects) this.#listener(from, effect);
  }

  peek(key: string): Readonly<FileState> | undefined {
    return this.#files.get(key);
  }

  leaseFile(lease: LeaseId): string | undefined {
    return this.#leases.get(lease);
  }

  entries(): Iterable<[string, Readonly<FileState>]> {
    return this.#files.entries();
  }
}
