import { unixMsFromFiletime } from '@tsmbd/ms-dtyp';
import { type Engine, type Open, type Session, Turn } from '../model/index.ts';
import { type OpenStatus, openStatusOf } from './open-status.ts';

/** What `tsmbd status` shows. Times are milliseconds since 1970. */
export interface ServerStatus {
  readonly startedAt: number;
  readonly connections: number;
  readonly sessions: readonly SessionStatus[];
  /**
   * What sessions of other workers have open here, because the files are at home here. A server
   * without workers has none.
   */
  readonly hosted: readonly HostedStatus[];
  /** Durable opens whose clients are gone and may come back. */
  readonly waitingOpens: readonly OpenStatus[];
}

/** The part of a session that is at another worker than its connection. */
export type HostedStatus = Pick<SessionStatus, 'id' | 'trees' | 'opens'>;

export interface SessionStatus {
  /** Hexadecimal. */
  readonly id: string;
  readonly user: string;
  readonly domain: string;
  readonly client: string;
  /** In its usual form: `3.1.1`. */
  readonly dialect: string;
  readonly signing: string;
  readonly encryption: string;
  readonly guest: boolean;
  readonly anonymous: boolean;
  readonly connectedAt: number;
  readonly trees: readonly TreeStatus[];
  readonly opens: readonly OpenStatus[];
}

export interface TreeStatus {
  readonly id: number;
  readonly share: string;
  readonly connectedAt: number;
  readonly opens: number;
}

const DIALECTS: Readonly<Record<number, string>> = {
  514: '2.0.2',
  528: '2.1',
  768: '3.0',
  770: '3.0.2',
  785: '3.1.1',
};

/**
 * The connected clients, and what is open. If much is open, it is looked at in several turns of the
 * event loop, so that nobody waits for it.
 */
export async function statusOf(server: Engine): Promise<ServerStatus> {
  const turn = new Turn(server.env);
  const sessions: SessionStatus[] = [];
  for (const session of server.sessions.values()) {
    if (session.identity === undefined) continue;
    const { connection } = session;
    sessions.push({
      id: session.sessionId.toString(16),
      user: session.identity.name,
      domain: session.identity.domain,
      client: `${connection.transport.remoteAddress}:${connection.transport.remotePort}`,
      dialect: DIALECTS[connection.dialect] ?? connection.dialect.toString(16),
      signing: session.keys === undefined ? 'none' : connection.signing,
      encryption: session.encryptData || session.clientEncrypts ? (connection.cipher ?? 'none') : 'none',
      guest: session.guest,
      anonymous: session.anonymous,
      connectedAt: unixMsFromFiletime(session.createdAt),
      ...(await openedIn(server, session, turn)),
    });
  }
  const hosted: HostedStatus[] = [];
  for (const session of server.workers?.hostedSessions ?? []) {
    hosted.push({ id: session.sessionId.toString(16), ...(await openedIn(server, session, turn)) });
  }
  return {
    startedAt: unixMsFromFiletime(server.startedAt),
    connections: server.connections.size,
    sessions,
    hosted,
    waitingOpens: await statusesOf(server, server.durables.waiting, turn),
  };
}

async function statusesOf(server: Engine, opens: Iterable<Open>, turn: Turn): Promise<OpenStatus[]> {
  const statuses: OpenStatus[] = [];
  for (const open of opens) {
    const others = turn.over();
    if (others !== undefined) await others;
    if (!open.closed) statuses.push(openStatusOf(server, open));
  }
  return statuses;
}

async function openedIn(
  server: Engine,
  { trees, opens }: Session,
  turn: Turn,
): Promise<Pick<SessionStatus, 'trees' | 'opens'>> {
  return {
    trees: [...trees.values()].map((tree) => ({
      id: tree.treeId,
      share: tree.share.name,
      connectedAt: unixMsFromFiletime(tree.connectedAt),
      opens: tree.openCount,
    })),
    opens: await statusesOf(server, opens.values(), turn),
  };
}
