import { Command, type FileId, NtStatus, type OplockBreakRequest } from '@tsmbd/smb2-codec';
import { orElse, type VfsHandle } from '@tsmbd/vfs-adapter';
import { requireWanted } from '../caching/index.ts';
import { DisconnectError, HomedElsewhere, StatusError } from '../errors.ts';
import {
  type AwayOpen,
  type Connection,
  EncodedBody,
  type Engine,
  FileMarks,
  type RequestContext,
  type ResponseBody,
  type Session,
} from '../model/index.ts';
import { awayOpen, closeHere, endStandIn } from './away-opens.ts';
import type { Homes } from './homes.ts';
import { introduceConnection, introduceSession } from './introduce.ts';
import type { Mail } from './mail.ts';
import type { MeetTree, Reply, RequestMessage } from './messages.ts';

/** Commands about one file. All others are answered where the connection is. */
const ABOUT_FILES: ReadonlySet<number> = new Set([
  Command.CLOSE,
  Command.FLUSH,
  Command.READ,
  Command.WRITE,
  Command.LOCK,
  Command.IOCTL,
  Command.QUERY_DIRECTORY,
  Command.CHANGE_NOTIFY,
  Command.QUERY_INFO,
  Command.SET_INFO,
  Command.OPLOCK_BREAK,
]);
/** Commands that only look, and that this worker may answer itself. */
const ONLY_LOOKS: ReadonlySet<number> = new Set([Command.READ, Command.QUERY_DIRECTORY]);
/**
 * How often a CREATE follows a file whose home changes. It takes that many tries only if others
 * open and close the file all the time.
 */
const MAX_MOVES = 64;
/** Why a client is disconnected that has lost something with a worker. */
const HOME_DIED = 'a worker that had an open or a request of the client has died';

/** What another worker knows of a session of this one. */
interface Met {
  identity: object | undefined;
  /** MaximalAccess by TreeId. */
  readonly trees: Map<number, number>;
}

/** Carries a request out at this worker. */
type Here = () => ResponseBody | Promise<ResponseBody>;

interface Sent {
  readonly to: number;
  readonly ctx: RequestContext;
  readonly step: RequestMessage['step'];
  resolve(reply: Extract<Reply, { kind: 'body' }>): void;
  reject(error: unknown): void;
}

/** Requests of this worker's clients that are about files of other workers. */
export class Away {
  readonly #server: Engine;
  readonly #mail: Mail;
  readonly #homes: Homes;
  readonly #own: number;
  readonly #sent = new Map<number, Sent>();
  readonly #met = new WeakMap<Session, Map<number, Met>>();
  readonly #metConnections = new WeakMap<Connection, Set<number>>();

  constructor(server: Engine, mail: Mail, homes: Homes, own: number) {
    this.#server = server;
    this.#mail = mail;
    this.#homes = homes;
    this.#own = own;
  }

  /** Carries out a request: here, or at the home of its file. */
  carryOut(request: unknown, ctx: RequestContext, here: Here) {
    const { command } = ctx.header;
    if (command === Command.CREATE) return this.#create(ctx, here);
    if (!ABOUT_FILES.has(command)) return here();
    const fileId = ctx.related ? ctx.chain.fileId : (request as { readonly fileId?: FileId }).fileId;
    const open = fileId === undefined ? undefined : (ctx.session as Session | undefined)?.away.get(fileId.volatile);
    if (open !== undefined) return this.#about(open, fileId!, ctx, here);
    if (command === Command.OPLOCK_BREAK) return this.#acknowledge(request as OplockBreakRequest, ctx, here);
    return here();
  }

  #about(open: AwayOpen, fileId: FileId, ctx: RequestContext, here: Here) {
    if (open.fileId.persistent !== fileId.persistent) {
      throw new StatusError(NtStatus.STATUS_FILE_CLOSED, 'FileId names no Open');
    }
    if (open.tree !== ctx.tree) throw new StatusError(NtStatus.STATUS_FILE_CLOSED, 'Open of another tree');
    if (ONLY_LOOKS.has(ctx.header.command) && this.#mayLook(open)) {
      this.#used(open, ctx.session);
      ctx.standIn = open.standIn;
      ctx.chain.fileId = open.standIn!.fileId;
      return here();
    }
    if (ctx.header.command !== Command.CLOSE) return this.#bodyFrom(open.worker, ctx, 'all');
    ctx.session.away.delete(fileId.volatile);
    // What reads here ends before the answer, as it would at the home.
    return endStandIn(this.#server, open).then(() => this.#bodyFrom(open.worker, ctx, 'all'));
  }

  /**
   * The client has seen the FileId, so it has seen the response to its CREATE. The home learns it
   * before any other request of the client. [MS-SMB2] 3.3.5.9.10
   */
  #used(open: AwayOpen, { sessionId }: Session): void {
    if (!open.isRepeatable) return;
    open.isRepeatable = false;
    this.#mail.tell(open.worker, { what: 'open-used', session: sessionId, volatile: open.fileId.volatile });
  }

  #mayLook({ standIn, hash, worker }: AwayOpen): boolean {
    if (standIn === undefined) return false;
    const marks = this.#homes.marksOf(hash!, worker);
    return marks !== undefined && (marks & FileMarks.LOCKED) === 0;
  }

  /** [MS-SMB2] 3.3.5.22.2: a lease may be acknowledged on any connection of its client. */
  #acknowledge(request: OplockBreakRequest, ctx: RequestContext, here: Here): ResponseBody | Promise<ResponseBody> {
    if (request.kind === 'oplock') return here();
    const worker = this.#homes.elsewhere(leaseName(`${ctx.connection.clientGuid}/${request.leaseKey}`));
    return worker === undefined ? here() : this.#bodyFrom(worker, ctx, 'all');
  }

  /** A CREATE of a file that is at home here is answered at once if `here` answers at once. */
  #create(ctx: RequestContext, here: Here): ResponseBody | Promise<ResponseBody> {
    return orElse(here, (error) => this.#createElsewhere(ctx, here, error));
  }

  /** Follows the file to its home. @param error why the CREATE was not carried out here */
  async #createElsewhere(ctx: RequestContext, here: Here, error: unknown): Promise<ResponseBody> {
    let why = error;
    let at = this.#own;
    let isLost = false;
    let handle: VfsHandle | undefined;
    try {
      for (let moves = 0; moves < MAX_MOVES; moves++) {
        if (!(why instanceof HomedElsewhere)) throw why;
        const { worker, found } = why;
        ctx.triedAt = new Set([...ctx.triedAt, at]);
        at = worker;
        if (worker !== this.#own) isLost = !this.#mail.reaches(worker);
        if (found !== undefined) {
          const earlier = handle;
          ({ handle } = found);
          if (found.created) ctx.made = handle.identity;
          await closeHere(this.#server, earlier);
        }
        try {
          if (worker === this.#own) return await here();
          const reply = await this.#send(worker, ctx, 'all');
          const kept = handle;
          handle = undefined;
          return await this.#opened(worker, ctx, reply, kept);
        } catch (again) {
          why = again;
        }
      }
    } finally {
      await closeHere(this.#server, handle);
    }
    // Told to come later, as where a persistent open waits for its client. [MS-SMB2] 3.3.5.9
    if (isLost) throw new StatusError(NtStatus.STATUS_FILE_NOT_AVAILABLE, 'the worker is being started again');
    throw new StatusError(NtStatus.STATUS_SHARING_VIOLATION, 'the file is opened and closed all the time');
  }

  /** @param handle of the file, open here too; this call is to close it, or to keep it */
  async #opened(
    to: number,
    ctx: RequestContext,
    { body, opened, fileId }: Extract<Reply, { kind: 'body' }>,
    handle: VfsHandle | undefined,
  ): Promise<ResponseBody> {
    const { session, tree } = ctx;
    // Where the CREATE was repeated, the client has the open already.
    if (opened === undefined || session.away.has(fileId!.volatile)) {
      await closeHere(this.#server, handle);
      return new EncodedBody(body);
    }
    const deaths = this.#mail.deathsOf(to);
    const open = await awayOpen(ctx, to, opened, this.#homes, handle);
    if (this.#mail.deathsOf(to) !== deaths) {
      await endStandIn(this.#server, open);
      throw new DisconnectError(HOME_DIED);
    }
    if (session.state === 'closed' || session.trees.get(tree.treeId) !== tree) {
      await endStandIn(this.#server, open);
      throw new StatusError(NtStatus.STATUS_USER_SESSION_DELETED, 'the session or tree went meanwhile');
    }
    session.away.set(fileId!.volatile, open);
    return new EncodedBody(body);
  }

  async #bodyFrom(to: number, ctx: RequestContext, step: RequestMessage['step']): Promise<ResponseBody> {
    return new EncodedBody((await this.#send(to, ctx, step)).body);
  }

  /** Has another worker do one of the steps that come before a CREATE. */
  async step(to: number, ctx: RequestContext, step: 'take-over' | 'seek'): Promise<void> {
    await this.#send(to, ctx, step);
  }

  async #send(
    to: number,
    ctx: RequestContext,
    step: RequestMessage['step'],
  ): Promise<Extract<Reply, { kind: 'body' }>> {
    // A worker that was told that the session has ended must not be told of it again.
    requireWanted(ctx);
    if (!this.#mail.reaches(to)) throw await this.#unreached(ctx);
    const id = this.#mail.newId();
    const reply = await new Promise<Extract<Reply, { kind: 'body' }>>((resolve, reject) => {
      this.#sent.set(id, { to, ctx, step, resolve, reject });
      const bytes = ctx.bytes.slice();
      const message: RequestMessage = {
        type: 'request',
        id,
        connection: ctx.connection.id,
        session: ctx.session.sessionId,
        tree: ctx.tree.treeId,
        ...this.#introduction(to, ctx),
        bytes,
        encrypted: ctx.encrypted,
        fileId: ctx.chain.fileId,
        made: ctx.made,
        triedAt: [...ctx.triedAt],
        step,
      };
      this.#mail.post(to, message, [bytes.buffer]);
    });
    if (step !== 'all') return reply;
    ctx.status = reply.status;
    ctx.compressReply = reply.compress;
    ctx.chain.fileId = reply.fileId;
    if (reply.awaitsSent) ctx.whenSent(() => this.#mail.post(to, { type: 'sent', id }));
    return reply;
  }

  /** What becomes of a request that did not reach its home. A CREATE opens the file elsewhere. */
  #homeless({ header }: RequestContext): Error {
    return header.command === Command.CREATE ? new HomedElsewhere(this.#own) : new DisconnectError(HOME_DIED);
  }

  /** Lets others have a turn first: a worker that is started again may have the file already. */
  #unreached(ctx: RequestContext): Promise<Error> {
    return new Promise((resolve) => this.#server.env.timer(0, () => resolve(this.#homeless(ctx))));
  }

  /** What worker `to` has not been told yet. */
  #introduction(to: number, ctx: RequestContext): Pick<RequestMessage, 'meetConnection' | 'meetSession' | 'meetTree'> {
    const { connection, session, tree } = ctx;
    const met = this.#metBy(session, to);
    const known = this.#metConnections.get(connection) ?? new Set();
    this.#metConnections.set(connection, known);
    const meetConnection = known.has(to) ? undefined : introduceConnection(connection);
    known.add(to);
    const meetSession = met.identity === session.identity ? undefined : introduceSession(session);
    met.identity = session.identity;
    const meetTree: MeetTree | undefined =
      met.trees.get(tree.treeId) === tree.maximalAccess
        ? undefined
        : {
            share: tree.share.name,
            maximalAccess: tree.maximalAccess,
            madeFor: tree.madeFor,
            connectedAt: tree.connectedAt,
          };
    met.trees.set(tree.treeId, tree.maximalAccess);
    return { meetConnection, meetSession, meetTree };
  }

  #metBy(session: Session, worker: number): Met {
    const all = this.#met.get(session) ?? new Map<number, Met>();
    this.#met.set(session, all);
    const met = all.get(worker) ?? { identity: undefined, trees: new Map() };
    all.set(worker, met);
    return met;
  }

  /** Handles what another worker says of a request that it was sent. */
  receive(from: number, id: number, what: Reply | 'pending' | 'hurry'): void {
    const sent = this.#sent.get(id);
    if (sent === undefined || sent.to !== from) return;
    const { ctx } = sent;
    if (what === 'pending') {
      const end = (cause: Parameters<RequestContext['end']>[0]): void =>
        this.#mail.post(from, { type: 'end', id, cause });
      if (ctx.asyncId === 0n) ctx.pend(undefined, end);
      else ctx.pendAgain(end);
      return;
    }
    if (what === 'hurry') {
      ctx.chain.flushBefore();
      return;
    }
    // A request whose response is awaited may still be told to hurry.
    if (what.kind !== 'body' || !what.awaitsSent) this.#sent.delete(id);
    else ctx.whenSent(() => this.#sent.delete(id));
    ctx.onCancel = undefined;
    this.#finish(sent, what);
  }

  #finish({ ctx, resolve, reject }: Sent, reply: Reply): void {
    switch (reply.kind) {
      case 'body':
        resolve(reply);
        break;
      case 'refused':
        ctx.errorData = reply.errorData;
        reject(new StatusError(reply.status, reply.reason));
        break;
      case 'elsewhere':
        ctx.made = reply.made;
        reject(new HomedElsewhere(reply.worker));
        break;
      case 'disconnect':
        reject(new DisconnectError(reply.reason));
    }
  }

  /** The tree has ended here: it ends at the workers that know it. */
  async endTree(session: Session, treeId: number): Promise<void> {
    const ends: Promise<unknown>[] = [];
    for (const [volatile, open] of session.away) {
      if (open.tree.treeId !== treeId) continue;
      session.away.delete(volatile);
      ends.push(endStandIn(this.#server, open));
    }
    for (const [worker, met] of this.#met.get(session) ?? []) {
      if (met.trees.delete(treeId)) {
        ends.push(this.#mail.ask(worker, 'end-tree', { session: session.sessionId, tree: treeId }));
      }
    }
    await Promise.all(ends);
  }

  /** The session has ended here: it ends at the workers that know it. */
  async endSession(session: Session): Promise<void> {
    const opens = [...session.away.values()];
    session.away.clear();
    const workers = [...(this.#met.get(session)?.keys() ?? [])];
    this.#met.delete(session);
    await Promise.all([
      ...opens.map((open) => endStandIn(this.#server, open)),
      ...workers.map((worker) => this.#mail.ask(worker, 'end-session', { session: session.sessionId })),
    ]);
  }

  endConnection(connection: Connection): void {
    for (const worker of this.#metConnections.get(connection) ?? []) {
      this.#mail.tell(worker, { what: 'connection-gone', connection: connection.id });
    }
  }

  /** The home has ended the open by itself. */
  openGone(session: Session, volatile: bigint): void {
    const open = session.away.get(volatile);
    if (open === undefined) return;
    session.away.delete(volatile);
    this.#server.track(endStandIn(this.#server, open));
  }

  /**
   * A worker has died, with all that was open there. The clients that had something open there, or
   * a request under way, are disconnected: nobody knows what became of the request, and no status
   * says so. A client that has lost its connection knows what to do. It connects again, asks for
   * its durable opens and repeats its requests, [MS-SMB2] 3.2.4.4, 3.2.7.1. All other clients go
   * on.
   */
  gone(worker: number): void {
    for (const connection of this.#server.connections) this.#metConnections.get(connection)?.delete(worker);
    for (const session of this.#server.sessions.values()) this.#met.get(session)?.delete(worker);
    const sent = [...this.#sent].filter(([, { to }]) => to === worker);
    // First of all, so that no answer goes out any more.
    for (const connection of this.#losers(worker, sent)) connection.disconnect(HOME_DIED);
    for (const [id, { ctx, step, reject }] of sent) {
      this.#sent.delete(id);
      ctx.onCancel = undefined;
      reject(step === 'all' ? new DisconnectError(HOME_DIED) : this.#homeless(ctx));
    }
  }

  /** The connections whose clients have lost something with the worker. */
  #losers(worker: number, sent: readonly (readonly [number, Sent])[]): Set<Connection> {
    const losers = new Set<Connection>();
    for (const { connection, away } of this.#server.sessions.values()) {
      for (const open of away.values()) if (open.worker === worker) losers.add(connection);
    }
    // A step that comes before a CREATE is done again, and the client notices nothing.
    for (const [, { ctx, step }] of sent) if (step === 'all') losers.add(ctx.connection);
    return losers;
  }
}

/** The name of a lease in the table that all workers share. */
export function leaseName(lease: string): string {
  return `lease ${lease}`;
}
