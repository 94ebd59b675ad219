import { NtStatus } from '@tsmbd/smb2-codec';
import { COPY_SOURCE_NEEDS, requireGranted } from '../access/index.ts';
import { beginsToGiveWay, giveWayFor } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import { requireUnlocked } from '../locks/index.ts';
import type { Engine, FileOpen, LogonTurn, Place } from '../model/index.ts';
import type { Hosted } from './hosted.ts';
import type { Answerers } from './mail.ts';

/** What the answers are about, beside the engine. */
export interface Asked {
  readonly hosted: Hosted;
  /** How often a worker has died. */
  deathsOf(worker: number): number;
  /** Logons of other workers that wait here or are being checked. */
  readonly logons: Map<number, { readonly from: number; readonly turn: LogonTurn }>;
}

/** How this worker answers the questions of the others. */
export function answerersOf(server: Engine, workers: Asked): Answerers {
  return {
    'give-way': ({ key }) => ({ waits: beginsToGiveWay(server, key) }),
    'given-way': ({ key }) => giveWayFor(server, key) as Promise<undefined>,
    'below-gives-way': ({ place }) => {
      let waits = false;
      for (const key of keysBelow(server, place)) waits = beginsToGiveWay(server, key) || waits;
      return { waits };
    },
    'below-given-way': async ({ place }) => {
      await Promise.all([...keysBelow(server, place)].map((key) => giveWayFor(server, key)));
      return undefined;
    },
    below: ({ place }) => ({ isOpen: server.opens.hasBelow(place) }),
    moved: ({ move }) => {
      server.opens.moved(move);
      return undefined;
    },
    // What the thread pool has done already is noticed in this turn.
    'changes-told': () => new Promise((resolve) => void server.env.timer(0, () => resolve({ isAll: true }))),
    strict: ({ place }) => ({ isStrict: server.opens.isStrict(place) }),
    'end-previous': async ({ session, sid }) => {
      const previous = server.sessions.get(session);
      if (previous?.identity?.sid === sid) await server.removeSession(previous);
      return undefined;
    },
    heard: () => undefined,
    'end-session': ({ session }) => workers.hosted.endSession(session) as Promise<undefined>,
    'end-tree': ({ session, tree }) => workers.hosted.endTree(session, tree) as Promise<undefined>,
    'logon-turn': async ({ address, name }, from) => {
      const deaths = workers.deathsOf(from);
      const isWanted = (): boolean => workers.deathsOf(from) === deaths;
      const turn = await server.logonDelays.turn(address, name, isWanted);
      if (turn === undefined) return { turn };
      // Nobody would end the turn, and all logons behind it would wait for ever.
      if (!isWanted()) {
        turn.end('neither');
        return { turn: undefined };
      }
      const id = nextLogon++;
      workers.logons.set(id, { from, turn });
      return { turn: id };
    },
    persistent: ({ createGuid }) => ({ is: server.durables.persistentByCreateGuid(createGuid) !== undefined }),
    'copy-source': ({ session, fileId }) => {
      const { key, tree, path, handle } = sourceOf(server, workers, session, fileId);
      if (handle.file !== undefined) throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'a stream elsewhere');
      return { key, share: tree.share.name, path };
    },
    unlocked: ({ session, fileId, offset, length }) => {
      requireUnlocked(server, sourceOf(server, workers, session, fileId), offset, length, false);
      return undefined;
    },
  };
}

let nextLogon = 1;

function keysBelow(server: Engine, place: Place): Set<string> {
  const keys = new Set<string>();
  for (const open of server.opens.below(place)) keys.add(open.key);
  return keys;
}

/** The open that a client of another worker wants to copy from. */
function sourceOf(server: Engine, workers: Asked, id: bigint, fileId: FileOpen['fileId']): FileOpen {
  const session = workers.hosted.session(id) ?? server.sessions.get(id);
  const open = session?.opens.get(fileId.volatile);
  if (open?.kind !== 'file' || open.closed || open.fileId.persistent !== fileId.persistent) {
    throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'resume key names no Open');
  }
  requireGranted(open, COPY_SOURCE_NEEDS);
  return open;
}
