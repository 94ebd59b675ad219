import { VfsError } from '@tsmbd/vfs-adapter';

/** What becomes of a call of the back end. */
export interface Fault {
  /** An error that is no VfsError, as a bug of a back end is one. */
  readonly plain?: true;
  /** The call has done what it was asked before it fails. */
  readonly after?: true;
}

/** Calls of the back end that are to fail, as a schedule says. */
export class Faults {
  readonly #armed = new Map<string, Fault>();
  /** Told of each call that fails. */
  onFault: (() => void) | undefined;

  /** The next call of this kind fails. */
  arm(call: string, fault: Fault): void {
    this.#armed.set(call, fault);
  }

  /** No call fails that was not made yet. */
  clear(): void {
    this.#armed.clear();
  }

  /** Makes a call, or lets it fail. */
  call(name: string, make: () => unknown): unknown {
    const fault = this.#armed.get(name);
    if (fault === undefined) return make();
    this.#armed.delete(name);
    this.onFault?.();
    const error = fault.plain === true ? new Error(FAULT) : new VfsError('io', FAULT);
    // A handle is closed, whatever the system says of it; a rename that took place is no failed
    // one.
    const isAfter = name === 'close' || (fault.after === true && name !== 'rename');
    if (!isAfter) throw error;
    const result = make();
    const failed = (): never => {
      this.onFault?.();
      throw error;
    };
    return result instanceof Promise ? result.then(failed) : failed();
  }
}

/** What the log says of a plain error that a schedule asked for: it is no fault of the server's. */
export const FAULT = 'the schedule has this call fail';
