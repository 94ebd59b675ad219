import { apply, type FileCommand, type FileEffect, type ResultOf } from './machine.ts';
import { type FileState, isIdle, newFileState } from './state.ts';

/**
 * The one home of all files' states, as the engine sees it. A call answers at once, or later where the state is
 * homed elsewhere.
 */
export interface FileAuthority {
  /** Applies a command to the file that `key` names. Effects reach the listener before this returns. */
  apply<C extends FileCommand>(key: string, command: C): ResultOf<C> | Promise<ResultOf<C>>;
  /** The file's state for a look, undefined when nobody has it open. */
  peek(key: string): Readonly<FileState> | undefined;
  /** All files that are open, for status. */
  entries(): Iterable<[string, Readonly<FileState>]>;
}

/** Carries out an effect on a file. */
export type EffectListener = (key: string, effect: FileEffect) => void;

/** All states in this process; every call answers at once. */
export class LocalAuthority implements FileAuthority {
  readonly #files = new Map<string, FileState>();
  readonly #listener: EffectListener;

  constructor(listener: EffectListener) {
    this.#listener = listener;
  }

  apply<C extends FileCommand>(key: string, command: C): ResultOf<C> {
    let state = this.#files.get(key);
    if (state === undefined) {
      state = newFileState();
      this.#files.set(key, state);
    }
    const outcome = apply(state, command);
    if (isIdle(state)) this.#files.delete(key);
    for (const effect of outcome.effects) this.#listener(key, effect);
    return outcome.result;
  }

  peek(key: string): Readonly<FileState> | undefined {
    return this.#files.get(key);
  }

  entries(): Iterable<[string, Readonly<FileState>]> {
    return this.#files.entries();
  }
}
