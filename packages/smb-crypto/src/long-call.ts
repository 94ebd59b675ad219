/** A function of C as koffi binds it. `async` calls it on a thread of the process's pool. */
export interface LongFunction {
  readonly async: (...args: [...LongArgument[], (error: unknown, result: number) => void]) => void;
}

/** A number, an address, bytes, or NULL. */
export type LongArgument = number | Uint8Array | null;

/**
 * The part of signing or sealing a long message that takes long: one call of a C function, which
 * any thread may make. Nothing else touches the message until `end`.
 */
export interface LongCall {
  readonly call: LongFunction;
  readonly args: readonly LongArgument[];
  /**
   * Called once, in the thread that asked: completes the message.
   *
   * @param result what the function returned; anything if it was not called
   * @throws Error if OpenSSL refused something. The message must not be sent then
   */
  end(result: number): void;
}
