import type { Connection, Session } from '../model/index.ts';
import { addressKey } from './address-key.ts';

/**
 * How many sessions whose logon is not finished there may be at once: on one connection, from one
 * address, and in all.
 */
const OF_CONNECTION = 16;
const OF_ADDRESS = 256;
const OF_ALL = 1024;

/**
 * Sessions on which nobody has logged on yet. They do not count against users who have logged on.
 * They have limits of their own: when a limit is passed, the oldest session is ended. So a client
 * that only begins logons cannot keep out a client that finishes them.
 */
export class UnfinishedLogons {
  readonly #end: (session: Session) => void;
  readonly #all = new Set<Session>();
  readonly #ofConnection = new Map<Connection, Set<Session>>();
  readonly #ofAddress = new Map<string, Set<Session>>();

  /** @param end ends a session that has to make room */
  constructor(end: (session: Session) => void) {
    this.#end = end;
  }

  begun(session: Session): void {
    const address = addressOf(session);
    for (const [set, most] of [
      [setOf(this.#ofConnection, session.connection), OF_CONNECTION],
      [setOf(this.#ofAddress, address), OF_ADDRESS],
      [this.#all, OF_ALL],
    ] as const) {
      set.add(session);
      // Sets keep the order of insertion: the first element is the oldest.
      if (set.size > most) this.#end(set.values().next().value as Session);
    }
  }

  /** The session has its user now, or it is gone. */
  over(session: Session): void {
    if (!this.#all.delete(session)) return;
    leave(this.#ofConnection, session.connection, session);
    leave(this.#ofAddress, addressOf(session), session);
  }
}

function addressOf({ connection }: Session): string {
  return addressKey(connection.transport.remoteAddress);
}

function setOf<K>(sets: Map<K, Set<Session>>, key: K): Set<Session> {
  let set = sets.get(key);
  if (set === undefined) {
    set = new Set();
    sets.set(key, set);
  }
  return set;
}

function leave<K>(sets: Map<K, Set<Session>>, key: K, session: Session): void {
  const set = sets.get(key);
  set?.delete(session);
  if (set?.size === 0) sets.delete(key);
}
