import { VfsError } from '@tsmbd/vfs-adapter';

/** How a call of the back end fails. */
export interface Fault {
  /** The error is not a VfsError. A bug in a back end would throw such an error. */
  readonly plain?: true;
  /** The call does its work before it fails. */
  readonly after?: true;
}

/** Calls of the back end that must fail, as a schedule says. */
export class Faults {
  readonly #armed = new Map<string, Fault>();
  /** Called for each call that fails. */
  onFault: (() => void) | undefined;

  /** The next call of this kind fails. */
  arm(call: string, fault: Fault): void {
    this.#armed.set(call, fault);
  }

  /** From now on, no call that has not been made yet will fail. */
  clear(): void {
    this.#armed.clear();
  }

  /** Makes a call, or makes it fail. */
  call(name: string, make: () => unknown): unknown {
    const fault = this.#armed.get(name);
    if (fault === undefined) return make();
    this.#armed.delete(name);
    this.onFault?.();
    const error = fault.plain === true ? new Error(FAULT) : new VfsError('io', FAULT);
    // A handle is closed even if the system reports an error for it. A rename that took place does
    // not count as failed.
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

/**
 * The text in the log for a plain error that a schedule asked for. It is not a fault of the server.
 */
export const FAULT = 'the schedule has this call fail';
