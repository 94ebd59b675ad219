import { decode, Reader } from '@tsmbd/ms-dtyp';
import { type FileEffect, LocalAuthority, Oplock, type OplockLevel } from '@tsmbd/oplock-lease';
import {
  Capabilities,
  Command,
  CreateAction,
  CreateOptions,
  type CreateRequest,
  type CreateResponse,
  FileAttributes,
  FileInformationClass,
  LeaseFlags,
  type LockRequest,
  lease as leaseCodec,
  type NegotiateRequest,
  type NegotiateResponse,
  NtStatus,
  type OplockBreakRequest,
  type OplockBreakResponse,
  type SetInfoRequest,
} from '@tsmbd/smb2-codec';
import type { OpenState, RequestState } from '@tsmbd/tool-smbdump';
import { LockReplay } from './replay-locks.ts';
import type { TraceEvent } from './trace.ts';

/** The grants and breaks that were compared, and the differences that were found. */
export interface TraceReport {
  readonly grants: number;
  readonly locks: number;
  readonly breaks: number;
  readonly differences: readonly string[];
}

/** Refusals that come from the file state. All others have reasons elsewhere. */
const OURS: ReadonlySet<number> = new Set([
  0,
  NtStatus.STATUS_SHARING_VIOLATION,
  NtStatus.STATUS_DELETE_PENDING,
  NtStatus.STATUS_FILE_NOT_AVAILABLE,
]);
const STATUS: Readonly<Record<string, number>> = {
  granted: 0,
  'sharing-violation': NtStatus.STATUS_SHARING_VIOLATION,
  'delete-pending': NtStatus.STATUS_DELETE_PENDING,
  unavailable: NtStatus.STATUS_FILE_NOT_AVAILABLE,
  'lease-elsewhere': NtStatus.STATUS_INVALID_PARAMETER,
};

/**
 * Plays the traffic of a capture on the file state machine, and compares its grants and breaks with
 * those recorded.
 */
export class TraceReplay {
  readonly #differences: string[] = [];
  readonly #authority = new LocalAuthority((key, effect) => this.#effect(key, effect));
  readonly #answers = new Map<RequestState, TraceEvent>();
  readonly #locks = new LockReplay(this.#authority, (what) => this.#differences.push(what));
  readonly #opens = new Map<OpenState, { readonly id: number; readonly key: string }>();
  readonly #byId = new Map<number, OpenState>();
  readonly #waiting = new Map<number, () => void>();
  readonly #retries: number[] = [];
  readonly #clients = new Map<number, string>();
  readonly #withoutLeases = new Set<number>();
  readonly #ours: string[] = [];
  readonly #theirs: string[] = [];
  #next = 1;
  #grants = 0;

  run(events: readonly TraceEvent[]): TraceReport {
    for (const event of events) {
      if (event.fromClient || event.request === undefined) continue;
      if (event.isInterim) this.#locks.waits(event.request);
      else this.#answers.set(event.request, event);
    }
    for (const event of events) {
      if (event.fromClient) this.#request(event);
      else if (event.command === Command.NEGOTIATE) this.#negotiated(event);
      else if (event.command === Command.LOCK) this.#locks.answer(event);
      else if (event.command === Command.OPLOCK_BREAK && event.request === undefined) this.#told(event);
      for (let w = this.#retries.shift(); w !== undefined; w = this.#retries.shift()) this.#waiting.get(w)?.();
    }
    this.#compareBreaks();
    return {
      grants: this.#grants,
      locks: this.#locks.count,
      breaks: this.#theirs.length,
      differences: this.#differences,
    };
  }

  #negotiated({ body, conversation }: TraceEvent): void {
    const response = body as NegotiateResponse | undefined;
    if (response !== undefined && (response.capabilities & Capabilities.LEASING) === 0)
      this.#withoutLeases.add(conversation);
  }

  #request(event: TraceEvent): void {
    const { body, open } = event;
    const ours = open === undefined ? undefined : this.#opens.get(open);
    switch (event.command) {
      case Command.NEGOTIATE:
        if (body !== undefined) this.#clients.set(event.conversation, (body as NegotiateRequest).clientGuid);
        return;
      case Command.CREATE:
        if (body !== undefined) this.#create(event, body as CreateRequest);
        return;
      case Command.CLOSE:
        if (ours !== undefined && this.#statusOf(event) === 0) this.#close(open!);
        return;
      case Command.LOCK:
        if (ours !== undefined && body !== undefined)
          this.#locks.request(event, ours, body as LockRequest, this.#statusOf(event));
        return;
      case Command.WRITE:
        if (ours !== undefined && this.#statusOf(event) === 0) this.#change(ours, 'data');
        return;
      case Command.SET_INFO:
        if (ours !== undefined && body !== undefined && this.#statusOf(event) === 0)
          this.#set(ours, body as SetInfoRequest);
        return;
      case Command.OPLOCK_BREAK:
        if (body !== undefined) this.#acknowledge(event, body as OplockBreakRequest);
        return;
      case Command.TREE_DISCONNECT:
      case Command.LOGOFF:
        for (const other of [...this.#opens.keys()]) {
          const gone =
            event.command === Command.LOGOFF
              ? other.session === event.request?.session
              : other.tree === event.request?.tree;
          if (gone) this.#close(other);
        }
    }
  }

  #statusOf({ request }: TraceEvent): number | undefined {
    return request && this.#answers.get(request)?.status;
  }

  #create(event: TraceEvent, request: CreateRequest): void {
    const answer = event.request && this.#answers.get(event.request);
    const { open } = event;
    if (answer === undefined || open === undefined || !OURS.has(answer.status)) return;
    const made = answer.body as CreateResponse | undefined;
    const isDirectory = ((made?.fileAttributes ?? 0) & FileAttributes.DIRECTORY) !== 0;
    if (request.createContexts.some((c) => c.name === 'DHnC' || c.name === 'DH2C')) return;
    const lease = this.#lease(event, request, isDirectory);
    const overwrites =
      made?.createAction === CreateAction.OVERWRITTEN || made?.createAction === CreateAction.SUPERSEDED;
    const id = this.#next++;
    const key = `${open.tree?.path ?? ''}/${request.name}`.toLowerCase();
    const level = request.requestedOplockLevel;
    const attempt = (): void => {
      const result = this.#authority.apply(key, {
        type: 'open',
        open: id,
        access: mapped(request.desiredAccess) | (overwrites ? 2 : 0),
        share: request.shareAccess,
        deleteOnClose: (request.createOptions & CreateOptions.DELETE_ON_CLOSE) !== 0,
        oplock: isDirectory || level === 0xff ? Oplock.NONE : (level as OplockLevel),
        levelTwo: true,
        lease,
        overwrites,
        waiter: id,
      });
      if (result.status === 'wait') {
        this.#waiting.set(id, attempt);
        return;
      }
      this.#waiting.delete(id);
      this.#grants++;
      const at = `${event.frame}: CREATE`;
      if (made?.createAction === CreateAction.CREATED) this.#entryChanges(key, parentOf(event, request, this.#clients));
      if (STATUS[result.status] !== answer.status) {
        this.#differences.push(`${at} ${result.status}, recorded 0x${answer.status.toString(16)}`);
      }
      if (result.status !== 'granted') return;
      if (made === undefined) {
        this.#authority.apply(key, { type: 'close', open: id });
        return;
      }
      this.#opens.set(open, { id, key });
      this.#byId.set(id, open);
      const recorded = made.createContexts.find((c) => c.name === 'RqLs');
      const theirs =
        recorded === undefined ? `oplock ${made.oplockLevel}` : `lease ${decode(leaseCodec, recorded.data).leaseState}`;
      const mine = result.lease === undefined ? `oplock ${result.oplock}` : `lease ${result.lease.state}`;
      if (mine !== theirs) this.#differences.push(`${at} ${mine}, recorded ${theirs}`);
    };
    attempt();
  }

  #lease({ conversation }: TraceEvent, request: CreateRequest, isDirectory: boolean) {
    const context = request.createContexts.find((c) => c.name === 'RqLs');
    if (context === undefined || request.requestedOplockLevel !== 0xff || this.#withoutLeases.has(conversation))
      return undefined;
    const { leaseKey, leaseState, version, epoch } = leaseCodec.decode(new Reader(context.data, 'lease'));
    if (isDirectory && version === 1) return undefined;
    const state = isDirectory ? leaseState & 3 : leaseState;
    return { id: `${this.#clients.get(conversation)}/${leaseKey}`, state, version, epoch };
  }

  #close(open: OpenState): void {
    const ours = this.#opens.get(open)!;
    this.#opens.delete(open);
    const { deleteNow } = this.#authority.apply(ours.key, { type: 'close', open: ours.id });
    if (deleteNow) this.#entryChanges(ours.key, undefined);
  }

  /**
   * A name in a directory appears or disappears. All clients that cache the directory are told,
   * except the one that caused the change.
   */
  #entryChanges(key: string, parentLease: string | undefined): void {
    const directory = key.slice(0, Math.max(key.lastIndexOf('\\'), key.lastIndexOf('/') + 1));
    if (this.#authority.peek(directory) === undefined) return;
    this.#authority.apply(directory, {
      type: 'change',
      what: 'entries',
      open: undefined,
      parentLease,
      waiter: undefined,
    });
  }

  #change({ id, key }: { id: number; key: string }, what: 'data' | 'name'): void {
    this.#authority.apply(key, { type: 'change', what, open: id, parentLease: undefined, waiter: undefined });
  }

  #set(ours: { id: number; key: string }, { infoType, fileInfoClass, buffer }: SetInfoRequest): void {
    if (infoType !== 1) return;
    const { FileEndOfFileInformation, FileAllocationInformation, FileDispositionInformation, FileRenameInformation } =
      FileInformationClass;
    if (fileInfoClass === FileEndOfFileInformation || fileInfoClass === FileAllocationInformation) {
      this.#change(ours, 'data');
    } else if (fileInfoClass === FileRenameInformation) this.#change(ours, 'name');
    else if (fileInfoClass === FileDispositionInformation) {
      const deletePending = buffer[0] !== 0;
      this.#change(ours, 'name');
      this.#authority.apply(ours.key, { type: 'set-delete-pending', open: ours.id, deletePending });
    }
  }

  #acknowledge(event: TraceEvent, body: OplockBreakRequest): void {
    if (body.kind === 'lease') {
      const lease = `${this.#clients.get(event.conversation)}/${body.leaseKey}`;
      const key = this.#authority.leaseFile(lease);
      if (key !== undefined)
        this.#authority.apply(key, { type: 'acknowledge', holder: { lease }, keep: body.leaseState });
      return;
    }
    const ours = event.open && this.#opens.get(event.open);
    if (ours === undefined) return;
    const keep = body.oplockLevel === Oplock.LEVEL_II ? 1 : 0;
    this.#authority.apply(ours.key, { type: 'acknowledge', holder: { open: ours.id }, keep });
  }

  /** The recorded server told a client of a break. */
  #told({ body }: TraceEvent): void {
    const told = body as OplockBreakResponse | undefined;
    if (told?.kind === 'lease-notification') {
      this.#theirs.push(`lease ${told.leaseKey}: ${told.currentLeaseState} to ${told.newLeaseState}`);
    } else if (told?.kind === 'oplock') {
      this.#theirs.push(`oplock of ${told.fileId.persistent}/${told.fileId.volatile} to ${told.oplockLevel}`);
    }
  }

  #effect(_key: string, effect: FileEffect): void {
    if (effect.type === 'retry') this.#retries.push(effect.waiter);
    else if (effect.type === 'lock-granted' || effect.type === 'lock-ended') this.#locks.effect(effect);
    else if (effect.type === 'break-lease') {
      this.#ours.push(`lease ${effect.lease.slice(effect.lease.indexOf('/') + 1)}: ${effect.from} to ${effect.to}`);
    } else if (effect.type === 'break-oplock') {
      const open = this.#byId.get(effect.open);
      this.#ours.push(`oplock of ${open?.persistent}/${open?.volatile} to ${effect.to}`);
    }
  }

  /**
   * Compares only the numbers of breaks: a capture does not show in what order breaks on several
   * connections happened.
   */
  #compareBreaks(): void {
    const left = [...this.#theirs];
    for (const mine of this.#ours) {
      const at = left.indexOf(mine);
      if (at >= 0) left.splice(at, 1);
      else this.#differences.push(`break of ${mine}, not recorded`);
    }
    for (const theirs of left) this.#differences.push(`no break of ${theirs}, recorded`);
  }
}

/** The directory's lease that the request names as belonging to its own client. */
function parentOf({ conversation }: TraceEvent, request: CreateRequest, clients: ReadonlyMap<number, string>) {
  const context = request.createContexts.find((c) => c.name === 'RqLs');
  if (context === undefined) return undefined;
  const { flags, parentLeaseKey } = leaseCodec.decode(new Reader(context.data, 'lease'));
  return (flags & LeaseFlags.PARENT_LEASE_KEY_SET) === 0 ? undefined : `${clients.get(conversation)}/${parentLeaseKey}`;
}

const GENERIC: readonly (readonly [number, number])[] = [
  [0x1000_0000, 0x001f_01ff],
  [0x0200_0000, 0x001f_01ff],
  [0x8000_0000, 0x0012_0089],
  [0x4000_0000, 0x0012_0116],
  [0x2000_0000, 0x0012_00a0],
];

/**
 * Generic rights replaced by what they mean for files; for MAXIMUM_ALLOWED all rights. [MS-SMB2]
 * 2.2.13.1
 */
function mapped(access: number): number {
  let all = access & 0x01ff_ffff;
  for (const [generic, rights] of GENERIC) if ((access & generic) !== 0) all |= rights;
  return all;
}
