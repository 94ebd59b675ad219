import { NtStatus } from '@tsmbd/smb2-codec';
import { LineLimit, StatusError } from '@tsmbd/smb2-server';
import { systemErrorCode, VfsError } from '@tsmbd/vfs-adapter';
import type { ServeOptions } from '../serve.ts';

/** Where code of the embedding program was called. */
export interface TheirCall {
  /** What was called, as they know it: `Vfs.open`, `VfsHandle.read`, `users.find`. */
  readonly method: string;
  readonly share?: string | undefined;
  /** Below the share, separated by `/`. */
  readonly path?: string | undefined;
}

/** Lines about errors of the embedding program in ten seconds. */
const MAX_LINES = 20;

/**
 * Makes refusals of what the embedding program's code throws. An error whose `code` the system also
 * has (`ENOENT`, `EACCES`…) is the refusal of that name, and is logged at level debug. Any other
 * error is logged at level error as a fault of theirs.
 */
export class TheirErrors {
  readonly #log: NonNullable<ServeOptions['log']>;
  readonly #limit = new LineLimit(MAX_LINES);

  constructor(log: NonNullable<ServeOptions['log']>) {
    this.#log = log;
  }

  /** What the engine gets instead of an error of a back end: always a VfsError. */
  ofVfs(error: unknown, call: TheirCall): VfsError {
    if (error instanceof VfsError) return error;
    return this.#named(error, call) ?? new VfsError('io', 'their code has thrown', { cause: error });
  }

  /** What the engine gets instead of an error of another function of theirs. */
  ofFunction(error: unknown, call: TheirCall): Error {
    if (error instanceof StatusError || error instanceof VfsError) return error;
    const status = NtStatus.STATUS_INTERNAL_ERROR;
    return this.#named(error, call) ?? new StatusError(status, 'their code has thrown', { cause: error });
  }

  /** Calls a function of theirs, which may answer later. */
  guarded<T>(call: TheirCall, run: () => T): T {
    try {
      const result = run();
      if (!(result instanceof Promise)) return result;
      return result.catch((error: unknown) => {
        throw this.ofFunction(error, call);
      }) as T;
    } catch (error) {
      throw this.ofFunction(error, call);
    }
  }

  /** Calls a listener of theirs. Nobody waits for it, and its errors are logged and end here. */
  told(call: TheirCall, run: () => unknown): void {
    const failed = (error: unknown): void => this.#fault({ ...call, error });
    try {
      const result = run();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Logs the error. Undefined if its `code` says nothing. */
  #named(error: unknown, call: TheirCall): VfsError | undefined {
    const about = { ...call, error };
    const code = systemErrorCode(error);
    if (code === undefined) this.#fault(about);
    else this.#log('debug', 'vfs', 'code of the embedding program refuses', { ...about, as: code });
    // The log of refused access has the message of the cause.
    const message = error instanceof Error ? error.message : String(error);
    return code && new VfsError(code, '', { cause: new Error(`${call.method}: ${message}`, { cause: error }) });
  }

  #fault(about: Record<string, unknown>): void {
    if (!this.#limit.admits(performance.now())) return;
    this.#log('error', 'vfs', 'code of the embedding program has thrown', { ...about, ...this.#limit.takeLeft() });
  }
}
