import { NtStatus } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import type { FileOpen } from './open.ts';
import type { DescriptorCounts } from './services.ts';
import type { Session } from './session.ts';

/**
 * Descriptors that a CREATE may need before it is known what it opens: a directory and its listing,
 * or a stream and its file.
 */
const MOST = 2;

/**
 * Counts the system's descriptors that opens use, in all sessions and in each. No session may have
 * more descriptors than are left for all other sessions. So a session that opens files without end
 * is refused, and a session that arrives then is not.
 */
export class Descriptors implements DescriptorCounts {
  readonly #max: () => number;
  readonly #changed: ((held: number) => void) | undefined;
  #held = 0;
  readonly #bySession = new WeakMap<Session, number>();
  readonly #byOpen = new Map<FileOpen, { readonly count: number; session: Session }>();

  /**
   * @param max how many descriptors there may be at the moment
   * @param changed is told how many are held
   */
  constructor(max: () => number, changed?: (held: number) => void) {
    this.#max = max;
    this.#changed = changed;
  }

  /**
   * A CREATE begins. Throws STATUS_TOO_MANY_OPENED_FILES when its session has its share of
   * descriptors. The caller calls the returned function when the CREATE is over.
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

  /** A client came back for its open: the open's descriptors now count for its new session. */
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
    this.#changed?.(this.#held);
    this.#bySession.set(session, this.#of(session) + change);
  }
}
