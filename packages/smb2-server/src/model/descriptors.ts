import { NtStatus } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import type { FileOpen } from './open.ts';
import type { DescriptorCounts } from './services.ts';
import type { Session } from './session.ts';

/**
 * What a CREATE may need before it is known what it opens: a directory and its listing, a stream
 * and its file.
 */
const MOST = 2;

/**
 * Descriptors of the system that opens have, of all sessions and of each. No session has more of
 * them than are left for all others: so whoever opens without end is refused, and a session that
 * comes then is not.
 */
export class Descriptors implements DescriptorCounts {
  readonly #max: () => number;
  #held = 0;
  readonly #bySession = new WeakMap<Session, number>();
  readonly #byOpen = new Map<FileOpen, { readonly count: number; session: Session }>();

  /** @param max how many there may be by now */
  constructor(max: () => number) {
    this.#max = max;
  }

  /**
   * A CREATE begins; STATUS_TOO_MANY_OPENED_FILES where its session has its share. The result says
   * that it is over.
   */
  begin(session: Session): () => void {
    const left = this.#max() - this.#held - MOST;
    if (this.#of(session) + MOST > left) {
      throw new StatusError(NtStatus.STATUS_TOO_MANY_OPENED_FILES, 'the session has its share of descriptors');
    }
    this.#add(session, MOST);
    return () => this.#add(session, -MOST);
  }

  opened(open: FileOpen): void {
    const count = open.handle.kind === 'directory' || open.handle.file !== undefined ? MOST : 1;
    this.#byOpen.set(open, { count, session: open.session });
    this.#add(open.session, count);
  }

  /** A client came back for its open: that is its new session's. */
  reconnected(open: FileOpen): void {
    const held = this.#byOpen.get(open);
    if (held === undefined) return;
    this.#add(held.session, -held.count);
    held.session = open.session;
    this.#add(held.session, held.count);
  }

  closed(open: FileOpen): void {
    const held = this.#byOpen.get(open);
    if (held === undefined) return;
    this.#byOpen.delete(open);
    this.#add(held.session, -held.count);
  }

  #of(session: Session): number {
    return this.#bySession.get(session) ?? 0;
  }

  #add(session: Session, change: number): void {
    this.#held += change;
    this.#bySession.set(session, this.#of(session) + change);
  }
}
