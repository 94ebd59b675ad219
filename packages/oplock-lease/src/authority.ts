import { apply, type FileCommand, type FileEffect, type OpenCommand, type ResultOf } from './machine.ts';
import { type FileState, isIdle, type LeaseId, newFileState } from './state.ts';

/**
 * The one home of all files' states, as the engine sees it. A call answers at once, or later where the state is
 * homed elsewhere.
 */
export interface FileAuthority {
  /** Applies a command to the file that `key` names. Effects reach the listener before this returns. */
  apply<C extends FileCommand>(key: string, command: C): ResultOf<C> | Promise<ResultOf<C>>;
  /** The file's state for a look, undefined when nobody has it open. */
  peek(key: string): Readonly<FileState> | undefined;
  /** The file that a lease is on. */
  leaseFile(lease: LeaseId): string | undefined;
  /** All files that are open, for status. */
  entries(): Iterable<[string, Readonly<FileState>]>;
}

/** Carries out an effect on a file. */
export type EffectListener = (key: string, effect: FileEffect) => void;

/** All states in this process; every call answers at once. */
export class LocalAuthority implements FileAuthority {
  readonly #files = new Map<string, FileState>();
  /** The file that each lease is on: a key is good for one file at a time. [MS-SMB2] 3.3.1.11 */
  readonly #leases = new Map<LeaseId, string>();
  readonly #listener: EffectListener;
  readonly #changed: ((key: string) => void) | undefined;

  /** @param changed told of every file that a command was applied to, before its effects are carried out */
  constructor(listener: EffectListener, changed?: (key: string) => void) {
    this.#listener = listener;
    this.#changed = changed;
  }

  apply<C extends FileCommand>(key: string, command: C): ResultOf<C> {
    const lease = command.type === 'open' ? command.lease?.id : undefined;
    if (lease !== undefined && (this.#leases.get(lease) ?? key) !== key) {
      // It may have waited here while the key was taken there: nobody is held up by it any more.
      const waited = this.#files.get(key);
      if (waited !== undefined) apply(waited, { type: 'cancel-wait', waiter: (command as OpenCommand).waiter });
      return { status: 'lease-elsewhere' } as ResultOf<C>;
    }
    let state = this.#files.get(key);
    if (state === undefined) {
      state = newFileState();
      this.#files.set(key, state);
    }
    const outcome = apply(state, command);
    if (isIdle(state)) this.#files.delete(key);
    if (lease !== undefined && state.leases.has(lease)) this.#leases.set(lease, key);
    if (command.type === 'restore' && command.lease !== undefined) this.#leases.set(command.lease.id, key);
    this.#changed?.(key);
    for (const effect of outcome.effects) {
      if (effect.type === 'lease-ended') this.#leases.delete(effect.lease);
      this.#listener(key, effect);
    }
    return outcome.result;
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
