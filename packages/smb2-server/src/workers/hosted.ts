import { NtStatus } from '@tsmbd/smb2-codec';
import { currentShare, type Share } from '../config.ts';
import { StatusError } from '../errors.ts';
import { Connection, type EndCause, type Engine, type RequestContext, Session } from '../model/index.ts';
import type { Mail } from './mail.ts';
import type { MeetSession, MeetTree, Reply, RequestMessage } from './messages.ts';

/** What the pipeline carries out for another worker. */
export interface HostedRequest {
  readonly message: RequestMessage;
  readonly session: Session;
  /** Called once when the request begins to wait. */
  readonly pending: () => void;
  /** Asks for the responses before this one to be sent. */
  readonly hurry: () => void;
}

/** Carries out a request that the pipeline of another worker has checked. Never rejects. */
export type CarryOut = (
  request: HostedRequest,
  begun: (ctx: RequestContext) => void,
) => Promise<{ readonly reply: Reply; readonly ctx: RequestContext | undefined }>;

interface HostedConnection {
  readonly connection: Connection;
  readonly from: number;
}

/**
 * The connections, sessions and trees of other workers whose requests are carried out here, because
 * their files are at home here. To the rest of the engine they look like those of this worker.
 */
export class Hosted {
  readonly #server: Engine;
  readonly #mail: Mail;
  readonly #carryOut: CarryOut;
  readonly #connections = new Map<string, HostedConnection>();
  readonly #workers = new WeakMap<Connection, number>();
  readonly #sessions = new Map<bigint, Session>();
  /** Resolves when the opens of the session are closed, or wait for their client. */
  readonly #ending = new WeakMap<Session, Promise<void>>();
  /** Requests that are being carried out, or whose response has not been sent. */
  readonly #requests = new Map<string, RequestContext>();

  constructor(server: Engine, mail: Mail, carryOut: CarryOut) {
    this.#server = server;
    this.#mail = mail;
    this.#carryOut = carryOut;
  }

  /** Sessions of other workers that are known here. */
  get sessions(): Iterable<Session> {
    return this.#sessions.values();
  }

  session(id: bigint): Session | undefined {
    return this.#sessions.get(id);
  }

  /** The worker that has the connection of a hosted session. */
  workerOf(session: Session): number | undefined {
    return this.#workers.get(session.connection);
  }

  async request(from: number, message: RequestMessage): Promise<void> {
    const { id } = message;
    const key = this.#keyOf(from, id);
    const send = this.#mail.answersTo(from);
    let reply: Reply;
    let ctx: RequestContext | undefined;
    try {
      const session = this.#meet(from, message);
      const tree = this.#meetTree(session, message);
      if (tree instanceof Promise) await tree;
      const request = {
        message,
        session,
        pending: () => void send({ type: 'pending', id }),
        hurry: () => void send({ type: 'hurry', id }),
      };
      ({ reply, ctx } = await this.#carryOut(request, (begun) => this.#requests.set(key, begun)));
    } catch (error) {
      reply = refusalOf(error);
    }
    const moved = reply.kind === 'body' ? [reply.body.buffer as ArrayBuffer] : [];
    const isSent = send({ type: 'reply', id, reply }, moved);
    if (isSent && reply.kind === 'body' && reply.awaitsSent) return;
    this.#requests.delete(key);
    ctx?.sent();
  }

  /** The client cancels the request, or something that it depends on goes away. */
  end(from: number, id: number, cause: EndCause): void {
    this.#requests.get(this.#keyOf(from, id))?.end(cause);
  }

  /** The response has been handed to the client's transport. */
  sent(from: number, id: number): void {
    const key = this.#keyOf(from, id);
    const ctx = this.#requests.get(key);
    this.#requests.delete(key);
    ctx?.sent();
  }

  #meet(from: number, message: RequestMessage): Session {
    const key = this.#keyOf(from, message.connection);
    let hosted = this.#connections.get(key);
    if (hosted === undefined) {
      const meet = message.meetConnection;
      if (meet === undefined) throw new StatusError(NtStatus.STATUS_USER_SESSION_DELETED, 'the connection has ended');
      const connection = Connection.hosted(this.#server, meet);
      const { remoteAddress: _a, remotePort: _p, localAddress: _l, ...negotiated } = meet;
      Object.assign(connection, negotiated);
      hosted = { connection, from };
      this.#connections.set(key, hosted);
      this.#workers.set(connection, from);
    }
    const known = this.#sessions.get(message.session);
    if (message.meetSession !== undefined) return this.#meetSession(hosted.connection, message, message.meetSession);
    if (known === undefined) throw new StatusError(NtStatus.STATUS_USER_SESSION_DELETED, 'the session has ended');
    return known;
  }

  #meetSession(connection: Connection, message: RequestMessage, meet: MeetSession): Session {
    const session =
      this.#sessions.get(message.session) ?? new Session(message.session, connection, meet.createdAt, true);
    session.identity = meet.identity;
    session.guest = meet.guest;
    session.anonymous = meet.anonymous;
    session.encryptData = meet.encryptData;
    session.state = 'valid';
    this.#sessions.set(session.sessionId, session);
    connection.addSession(session);
    return session;
  }

  /** Finds the share that the guest's tree is of. */
  #meetTree(session: Session, { tree: treeId, meetTree }: RequestMessage): void | Promise<void> {
    const known = session.trees.get(treeId);
    if (known !== undefined) {
      if (meetTree !== undefined) known.maximalAccess = meetTree.maximalAccess;
      return;
    }
    if (meetTree === undefined) throw treeGone();
    const share = this.#server.share(meetTree.share);
    if (share === undefined) throw treeGone();
    if (share.at === undefined) return connect(session, treeId, meetTree, currentShare(share));
    const { connection } = session;
    const own = share.at({
      identity: session.identity!,
      address: connection.transport.remoteAddress,
      localAddress: connection.transport.localAddress,
      at: meetTree.connectedAt,
    });
    const connectTo = (found: Share | undefined): void => {
      // Two requests of a tree may ask for its share at the same time.
      if (session.trees.has(treeId)) return;
      connect(session, treeId, meetTree, found);
      this.#server.backEnds.retire(found?.vfs);
    };
    return own instanceof Promise ? own.then(connectTo) : connectTo(own);
  }

  /** The guest has seen the response to the CREATE of this open. */
  used(session: bigint, volatile: bigint): void {
    const open = this.#sessions.get(session)?.opens.get(volatile);
    if (open?.kind === 'file') open.replayEligible = false;
  }

  /** The session's own worker says that it has ended. */
  async endSession(id: bigint): Promise<void> {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#sessions.delete(id);
    const ending = this.#server.removeSession(session);
    this.#ending.set(session, ending);
    await ending;
  }

  /** Undefined if the session has not ended. */
  ending(session: Session): Promise<void> | undefined {
    return this.#ending.get(session);
  }

  async endTree(id: bigint, treeId: number): Promise<void> {
    const tree = this.#sessions.get(id)?.trees.get(treeId);
    if (tree !== undefined) await this.#server.removeTree(tree);
  }

  endConnection(from: number, id: number): void {
    this.#endConnection(this.#keyOf(from, id));
  }

  #endConnection(key: string): void {
    const hosted = this.#connections.get(key);
    if (hosted === undefined) return;
    this.#connections.delete(key);
    const { connection } = hosted;
    connection.closed = true;
    connection.endPending(() => true, 'connection');
    for (const session of [...connection.sessions.values()]) {
      this.#server.track(this.endSession(session.sessionId));
    }
  }

  /** The ids of one life of a worker say nothing about the next. */
  #keyOf(from: number, id: number): string {
    return `${from}/${this.#mail.deathsOf(from)}/${id}`;
  }

  /** A worker has died, with all its connections. */
  gone(worker: number): void {
    for (const [key, { from }] of this.#connections) if (from === worker) this.#endConnection(key);
    const prefix = `${worker}/`;
    for (const [key, ctx] of this.#requests) {
      if (!key.startsWith(prefix)) continue;
      this.#requests.delete(key);
      ctx.end('connection');
      ctx.sent();
    }
  }
}

function connect(session: Session, treeId: number, meet: MeetTree, share: Share | undefined): void {
  if (share === undefined) throw treeGone();
  const { maximalAccess, madeFor, connectedAt } = meet;
  session.trees.set(treeId, { treeId, session, share, madeFor, maximalAccess, connectedAt, openCount: 0 });
}

function treeGone(): StatusError {
  return new StatusError(NtStatus.STATUS_NETWORK_NAME_DELETED, 'the share is not there any more');
}

/** A refusal that comes before the request itself. */
function refusalOf(error: unknown): Reply {
  const isStatus = error instanceof StatusError;
  return {
    kind: 'refused',
    status: isStatus ? error.status : NtStatus.STATUS_INTERNAL_ERROR,
    reason: error instanceof Error ? error.message : String(error),
    errorData: undefined,
  };
}
