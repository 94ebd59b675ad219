import type { Engine, Open, Session } from '../model/index.ts';
import { openedPath } from '../names/index.ts';

/** One open of a session with a user, and how to name it. */
export interface ListedOpen {
  readonly session: Session;
  readonly open: Open;
  /** Below the share, separated by `\`. */
  readonly path: string;
}

/**
 * The opens of all sessions from the `from`th on, in no particular order. Each is looked at when it
 * is asked for: who asks for a few of many opens waits for these alone.
 */
export function* listOpens(server: Engine, from = 0): Iterable<ListedOpen> {
  let skip = from;
  for (const session of server.sessions.values()) {
    if (session.identity === undefined) continue;
    if (skip >= session.opens.size) {
      skip -= session.opens.size;
      continue;
    }
    for (const open of session.opens.values()) {
      if (skip > 0) skip -= 1;
      else yield { session, open, path: open.kind === 'pipe' ? open.name : openedPath(open) };
    }
  }
}
