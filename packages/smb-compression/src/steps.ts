/**
 * Work that stops now and then, so that its caller can let others have a turn of the event loop.
 * Each `next` goes on with it; the last one has the result.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** About how many bytes are inflated between two stops. */
export const INFLATED_AT_ONCE = 256 << 10;

/** The result of work that is done without a stop. */
export function finished<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
