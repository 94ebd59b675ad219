import type { Guid } from '@tsmbd/ms-dtyp';
import type { FileHomes, LeaseId } from '@tsmbd/oplock-lease';
import type { FileId, OplockBreakResponse } from '@tsmbd/smb2-codec';
import { fileChangesOutside, leaseClient } from '../caching/index.ts';
import type { WorkerLink } from '../config.ts';
import { HomedElsewhere } from '../errors.ts';
import type {
  ChangeElsewhere,
  Colleagues as ColleaguesOfRooms,
  Connection,
  CopySource,
  Engine,
  EntryElsewhere,
  FileOpen,
  LogonTurn,
  Move,
  OwnCount,
  Place,
  RequestContext,
  ResponseBody,
  Session,
  Together,
  TreeConnect,
} from '../model/index.ts';
import { answerersOf } from './answers.ts';
import { Away, leaseName } from './away.ts';
import { Homes } from './homes.ts';
import { type CarryOut, Hosted } from './hosted.ts';
import { workerOfPersistent, workerOfSession, workerOfVolatile } from './ids.ts';
import { Mail } from './mail.ts';
import { partsOf } from './memory.ts';
import type { Tidings, WorkerMessage } from './messages.ts';
import type { SharedCounts } from './shared-counts.ts';

/** What the engine does for other workers, beside carrying out their requests. */
export interface ForColleagues {
  readonly carryOut: CarryOut;
  /** Sends a break to a client of this worker. */
  readonly sendBreak: (session: Session, notification: OplockBreakResponse, encrypt: boolean) => void;
}

/** The name in the shared table that says that a client has a session at a worker. */
function clientName(client: Guid, worker: number): string {
  return `client ${client} ${worker}`;
}

/** What this worker and the others do for one another. */
export class Colleagues implements ColleaguesOfRooms {
  readonly own: number;
  readonly count: number;
  readonly homes: Homes;
  readonly counts: SharedCounts;
  readonly hosted: Hosted;
  readonly #server: Engine;
  readonly #mail: Mail;
  readonly #away: Away;
  readonly #for: ForColleagues;
  /** Places that this worker has taken: nobody takes one twice. */
  readonly #places = new Set<string>();
  /** Logons of other workers that wait here or are being checked. */
  readonly logons = new Map<number, { readonly from: number; readonly turn: LogonTurn }>();

  constructor(server: Engine, link: WorkerLink, calls: ForColleagues) {
    this.#server = server;
    this.#for = calls;
    this.own = link.own;
    this.count = link.count;
    const { counts, table } = partsOf(link.memory, link.own, link.count);
    this.counts = counts;
    this.homes = new Homes(table, link.own);
    this.#mail = new Mail(link, server.env, answerersOf(server, this));
    this.#away = new Away(server, this.#mail, this.homes, link.own);
    this.hosted = new Hosted(server, this.#mail, calls.carryOut);
    link.onMessage = (from, message) => this.#receive(from, message as WorkerMessage);
    link.onGone = (worker) => this.#gone(worker);
  }

  #receive(from: number, message: WorkerMessage): void {
    switch (message.type) {
      case 'request':
        void this.hosted.request(from, message);
        break;
      case 'reply':
        this.#away.receive(from, message.id, message.reply);
        break;
      case 'pending':
      case 'hurry':
        this.#away.receive(from, message.id, message.type);
        break;
      case 'end':
        this.hosted.end(from, message.id, message.cause);
        break;
      case 'sent':
        this.hosted.sent(from, message.id);
        break;
      case 'ask':
      case 'answer':
        this.#mail.receive(from, message);
        break;
      case 'tidings':
        for (const tidings of message.all) this.#hear(from, tidings);
    }
  }

  #hear(from: number, tidings: Tidings): void {
    const { notify, directoryLeases, sessions } = this.#server;
    switch (tidings.what) {
      case 'changed':
        notify.changedElsewhere(tidings);
        break;
      case 'entry':
        directoryLeases.changedElsewhere(tidings);
        break;
      case 'logon-over': {
        const logon = this.logons.get(tidings.turn);
        this.logons.delete(tidings.turn);
        logon?.turn.end(tidings.outcome);
        break;
      }
      case 'connection-gone':
        this.hosted.endConnection(from, tidings.connection);
        break;
      case 'break': {
        const session = sessions.get(tidings.session);
        if (session !== undefined) this.#for.sendBreak(session, tidings.notification, tidings.encrypt);
        break;
      }
      case 'lease-ambiguous': {
        const key = this.#server.authority.leaseFile(tidings.lease);
        if (key !== undefined) fileChangesOutside(this.#server, key);
        break;
      }
      case 'lease-break': {
        const session = this.#server.oplockBreaks.sessionOf(tidings.client);
        if (session !== undefined) this.#for.sendBreak(session, tidings.notification, session.encryptData);
        break;
      }
      case 'open-used':
        this.hosted.used(tidings.session, tidings.volatile);
        break;
      case 'open-gone': {
        const session = sessions.get(tidings.session);
        if (session !== undefined) this.#away.openGone(session, tidings.volatile);
      }
    }
  }

  #gone(worker: number): void {
    this.#mail.gone(worker);
    this.#away.gone(worker);
    this.hosted.gone(worker);
    for (const [id, { from, turn }] of this.logons) {
      if (from !== worker) continue;
      this.logons.delete(id);
      turn.end('neither');
    }
  }

  /** The files of this worker, as the authority keeps account of them. */
  get fileHomes(): FileHomes {
    const { homes } = this;
    return {
      take: (file) => homes.take(file),
      drop: (file) => homes.drop(file),
      takeLease: (lease: LeaseId) => homes.tryTake(leaseName(lease)),
      dropLease: (lease: LeaseId) => homes.drop(leaseName(lease)),
    };
  }

  get hostedSessions(): Iterable<Session> {
    return this.hosted.sessions;
  }

  elsewhere(key: string): number | undefined {
    return this.homes.elsewhere(key);
  }

  requireHere(key: string): void {
    const worker = this.homes.elsewhere(key);
    if (worker !== undefined) throw new HomedElsewhere(worker);
  }

  hold(key: string): () => void {
    this.homes.take(key);
    return () => this.homes.drop(key);
  }

  mark(key: string, mark: number, on: boolean): void {
    this.homes.mark(key, mark, on);
  }

  restored(): void {
    this.homes.settle();
    this.counts.set('persistent', this.#server.durables.persistentSize);
  }

  requirePersistentHere(persistentId: bigint): void {
    const worker = workerOfPersistent(persistentId, this.count);
    if (worker !== this.own) throw new HomedElsewhere(worker);
  }

  keepsRecord(persistentId: bigint): boolean {
    return workerOfPersistent(persistentId, this.count) === this.own;
  }

  carryOut(
    request: unknown,
    ctx: RequestContext,
    here: () => ResponseBody | Promise<ResponseBody>,
  ): ResponseBody | Promise<ResponseBody> {
    return this.#away.carryOut(request, ctx, here);
  }

  together(which: Together): number {
    return this.counts.together(which);
  }

  countTogether(which: Together): void {
    this.counts.addTogether(which);
  }

  set(which: OwnCount, value: number): void {
    this.counts.set(which, value);
  }

  sum(which: OwnCount): number {
    return this.counts.sum(which);
  }

  sumOfOthers(which: OwnCount): number {
    return this.counts.sum(which) - this.counts.of(this.own, which);
  }

  takePlace(name: string, max: number): (() => void) | undefined {
    for (let i = 0; i < max; i++) {
      const place = `place ${i} ${name}`;
      if (this.#places.has(place) || !this.homes.tryTake(place)) continue;
      this.#places.add(place);
      return () => {
        this.#places.delete(place);
        this.homes.drop(place);
      };
    }
    return undefined;
  }

  async giveWay(worker: number, key: string): Promise<(() => Promise<void>) | undefined> {
    const answer = await this.#mail.ask(worker, 'give-way', { key });
    if (answer?.waits !== true) return undefined;
    return async () => void (await this.#mail.ask(worker, 'given-way', { key }));
  }

  async belowGivesWay(place: Place): Promise<(() => Promise<void>) | undefined> {
    const answers = await this.#mail.askAll(this.#others(), 'below-gives-way', { place });
    if (!answers.some(({ waits }) => waits)) return undefined;
    return async () => void (await this.#mail.askAll(this.#others(), 'below-given-way', { place }));
  }

  async isBelowOpen(place: Place): Promise<boolean> {
    // What is kept at a worker that is being started again may be below, and is found by its path.
    for (const worker of this.counts.others('persistent')) if (!this.#mail.reaches(worker)) return true;
    const answers = await this.#mail.askAll(this.#others(), 'below', { place });
    return answers.some(({ isOpen }) => isOpen);
  }

  async moved(move: Move): Promise<void> {
    await this.#mail.askAll(this.#others(), 'moved', { move });
  }

  async changesHeard(): Promise<void> {
    await this.#mail.askAll(this.#others(), 'changes-told', undefined);
  }

  async isStrict(place: Place): Promise<boolean> {
    const answers = await this.#mail.askAll(this.counts.others('strictDirectories'), 'strict', { place });
    return answers.some(({ isStrict }) => isStrict);
  }

  async takeOver(ctx: RequestContext): Promise<void> {
    if (ctx.session.isHosted) return;
    for (const worker of this.#others()) await this.#away.step(worker, ctx, 'take-over');
  }

  seekAt(ctx: RequestContext): Promise<void> | undefined {
    const workers = [...this.counts.others('unopened')];
    return workers.length === 0 || ctx.session.isHosted ? undefined : this.#seekAt(ctx, workers);
  }

  async #seekAt(ctx: RequestContext, workers: readonly number[]): Promise<void> {
    for (const worker of workers) await this.#away.step(worker, ctx, 'seek');
  }

  async requireCreateGuidHere(createGuid: string): Promise<void> {
    for (const worker of this.counts.others('persistent')) {
      if ((await this.#mail.ask(worker, 'persistent', { createGuid }))?.is === true) throw new HomedElsewhere(worker);
    }
  }

  async endPrevious(session: bigint, sid: string): Promise<void> {
    const worker = workerOfSession(session);
    if (worker === this.own || worker >= this.count) return;
    await this.#mail.ask(worker, 'end-previous', { session, sid });
  }

  async logonTurn(address: string, name: string, wanted: () => boolean): Promise<LogonTurn | 'here' | undefined> {
    if (this.own === 0) return 'here';
    const answer = await this.#mail.ask(0, 'logon-turn', { address, name });
    // The worker that counts the attempts has died. Until it is back, each worker counts its own.
    if (answer === undefined) return 'here';
    const { turn } = answer;
    if (turn === undefined) return undefined;
    const end: LogonTurn['end'] = (outcome) => this.#mail.tell(0, { what: 'logon-over', turn, outcome });
    if (wanted()) return { end };
    end('neither');
    return undefined;
  }

  changed(change: ChangeElsewhere): void {
    for (const worker of this.counts.others('watched')) {
      if ((this.counts.of(worker, 'watched') & change.filter) !== 0)
        this.#mail.tell(worker, { what: 'changed', ...change });
    }
  }

  get leasesDirectories(): boolean {
    for (const _ of this.counts.others('leasedDirectories')) return true;
    return false;
  }

  entryChanged(change: EntryElsewhere, directory?: string): void {
    for (const worker of this.counts.others('leasedDirectories')) {
      if (directory === undefined || this.homes.elsewhere(directory) === worker) {
        this.#mail.tell(worker, { what: 'entry', directory, ...change });
      }
    }
  }

  sendBreak(session: Session, notification: OplockBreakResponse, encrypt: boolean): void {
    const worker = this.hosted.workerOf(session);
    if (worker === undefined) return;
    this.#mail.tell(worker, { what: 'break', session: session.sessionId, notification, encrypt });
  }

  isLeaseAmbiguous(lease: LeaseId): boolean {
    const worker = this.homes.elsewhere(leaseName(lease));
    if (worker === undefined) return false;
    this.#mail.tell(worker, { what: 'lease-ambiguous', lease });
    return true;
  }

  isAmbiguous(lease: LeaseId): boolean {
    return this.homes.elsewhere(`ambiguous ${lease}`) !== undefined;
  }

  countAmbiguous(lease: LeaseId, change: 1 | -1): void {
    if (change > 0) this.homes.tryTake(`ambiguous ${lease}`);
    else this.homes.drop(`ambiguous ${lease}`);
  }

  breakElsewhere(lease: LeaseId, notification: OplockBreakResponse): boolean {
    const client = leaseClient(lease);
    // The client may have its first connection at a worker that has nothing to do with the file.
    for (const worker of this.#others()) {
      if (this.homes.elsewhere(clientName(client, worker)) === undefined) continue;
      this.#mail.tell(worker, { what: 'lease-break', client, notification });
      return true;
    }
    return false;
  }

  countClient(client: Guid, change: 1 | -1): void {
    const name = clientName(client, this.own);
    if (change > 0) this.homes.tryTake(name);
    else this.homes.drop(name);
  }

  openEnded({ session, fileId }: FileOpen): void {
    const worker = this.hosted.workerOf(session);
    if (worker === undefined) return;
    this.#mail.tell(worker, { what: 'open-gone', session: session.sessionId, volatile: fileId.volatile });
  }

  deathsOf(worker: number): number {
    return this.#mail.deathsOf(worker);
  }

  async hear(session: Session): Promise<void> {
    const worker = this.hosted.workerOf(session);
    if (worker === undefined) return;
    await this.#mail.ask(worker, 'heard', undefined);
    await this.hosted.ending(session);
  }

  endTree(tree: TreeConnect): Promise<void> {
    return this.#away.endTree(tree.session, tree.treeId);
  }

  endSession(session: Session): Promise<void> {
    return this.#away.endSession(session);
  }

  endConnection(connection: Connection): void {
    this.#away.endConnection(connection);
  }

  async copySource(session: Session, fileId: FileId): Promise<CopySource | undefined> {
    const worker = workerOfVolatile(fileId.volatile);
    if (worker === this.own || worker >= this.count) return undefined;
    return this.#mail.ask(worker, 'copy-source', { session: session.sessionId, fileId });
  }

  async requireUnlocked(session: Session, fileId: FileId, offset: bigint, length: bigint): Promise<void> {
    const worker = workerOfVolatile(fileId.volatile);
    await this.#mail.ask(worker, 'unlocked', { session: session.sessionId, fileId, offset, length });
  }

  /** The other workers, but for those that have died and are not there again. */
  *#others(): Iterable<number> {
    for (let worker = 0; worker < this.count; worker++) {
      if (worker !== this.own && this.#mail.reaches(worker)) yield worker;
    }
  }
}
