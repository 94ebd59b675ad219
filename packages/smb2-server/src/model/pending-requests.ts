import type { Open } from './open.ts';
import type { RequestContext } from './request-context.ts';

/**
 * Requests of a connection that wait and whose interim response has been sent, by AsyncId. They are
 * also found by MessageId and by Open, so that neither a CANCEL nor a CLOSE has to look at all of
 * them.
 */
export class PendingRequests extends Map<bigint, RequestContext> {
  readonly #byMessage = new Map<bigint, RequestContext>();
  readonly #byOpen = new Map<Open, Set<RequestContext>>();

  override set(asyncId: bigint, ctx: RequestContext): this {
    this.#byMessage.set(ctx.header.messageId, ctx);
    const { pendingOpen: open } = ctx;
    if (open !== undefined) {
      const own = this.#byOpen.get(open);
      if (own === undefined) this.#byOpen.set(open, new Set([ctx]));
      else own.add(ctx);
    }
    return super.set(asyncId, ctx);
  }

  override delete(asyncId: bigint): boolean {
    const ctx = this.get(asyncId);
    if (ctx === undefined) return false;
    if (this.#byMessage.get(ctx.header.messageId) === ctx) this.#byMessage.delete(ctx.header.messageId);
    const own = ctx.pendingOpen && this.#byOpen.get(ctx.pendingOpen);
    if (own?.delete(ctx) === true && own.size === 0) this.#byOpen.delete(ctx.pendingOpen!);
    return super.delete(asyncId);
  }

  byMessage(messageId: bigint): RequestContext | undefined {
    return this.#byMessage.get(messageId);
  }

  /** The requests that wait at an open, oldest first. */
  of(open: Open): RequestContext[] {
    return [...(this.#byOpen.get(open) ?? [])];
  }
}
