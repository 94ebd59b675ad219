import type { Guid } from '@tsmbd/ms-dtyp';
import {
  type CacheHolder,
  type FileEffect,
  type HolderName,
  type LeaseId,
  type OpenId,
  oplockOfCache,
} from '@tsmbd/oplock-lease';
import { Capabilities, LeaseBreakFlags, type OplockBreakResponse } from '@tsmbd/smb2-codec';
import type { Breaks, Engine, FileOpen, Session } from '../model/index.ts';
import { leaseClient, leaseKey } from './leases.ts';

/**
 * How long a holder may take to acknowledge a break, [MS-SMB2] 3.3.2.1, 3.3.2.5 (the time that
 * Windows waits).
 */
const BREAK_TIMEOUT_MS = 35_000;

type BreakEffect = Extract<FileEffect, { type: 'break-oplock' | 'break-lease' | 'break-ended' }>;

type ToldEffect = Exclude<BreakEffect, { type: 'break-ended' }>;

/** A break that can be sent only after a response. */
interface HeldBreak {
  key: string;
  readonly effect: ToldEffect;
}

/**
 * The connection of a persistent open has just been lost, and the open does not wait for its client
 * yet, because what else the session had open is closed first. Its caching rights are not lost: the
 * client is told of the break when it comes back.
 */
function comesLoose(open: FileOpen): boolean {
  return open.durable?.kind === 'persistent' && !open.durable.disconnected;
}

/** Sends a client a message that it did not ask for, sealed or plain. */
export type NotificationSender = (session: Session, notification: OplockBreakResponse, encrypt: boolean) => void;

/**
 * Tells holders of oplocks and leases what they may keep, and waits for their acknowledgments as
 * long as the specification says.
 */
export class OplockBreaks implements Breaks {
  readonly #server: Engine;
  readonly #send: NotificationSender;
  readonly #timers = new Map<HolderKey, { key: string; readonly cancel: () => void }>();
  /**
   * Breaks of holders that are named in a response which has not been sent yet, by the holder's
   * name.
   */
  readonly #held = new Map<HolderKey, { readonly responses: Set<() => void>; readonly breaks: HeldBreak[] }>();

  constructor(server: Engine, send: NotificationSender) {
    this.#server = server;
    this.#send = send;
  }

  /**
   * A response that is about to be sent says what the holder may cache. Until it has been sent, no
   * break may overtake it: the client would take the older message for the newer. The caller calls
   * the returned function when the response has been sent.
   *
   * @param hurry sends the response, if it only waits for others of its compound
   */
  behindResponse(holder: HolderName, hurry: () => void): () => void {
    const name = timerOf(holder);
    const held = this.#held.get(name) ?? { responses: new Set(), breaks: [] };
    held.responses.add(hurry);
    this.#held.set(name, held);
    return () => {
      held.responses.delete(hurry);
      if (held.responses.size > 0) return;
      if (this.#held.get(name) === held) this.#held.delete(name);
      for (const { key, effect } of held.breaks) this.#tellLate(key, effect);
    };
  }

  /** Carries out an effect of a break of the file that `key` names. */
  effect(key: string, effect: BreakEffect): void {
    if (effect.type === 'break-ended') {
      this.#stop(timerOf(effect.holder));
      return;
    }
    const holder = holderIn(effect);
    const held = this.#held.get(timerOf(holder));
    held?.breaks.push({ key, effect });
    const told = held !== undefined || this.#tell(key, effect);
    if (effect.acknowledge) this.#await(key, holder, told);
    for (const hurry of [...(held?.responses ?? [])]) hurry();
  }

  #tell(key: string, effect: ToldEffect): boolean {
    return effect.type === 'break-lease' ? this.#tellLease(key, effect) : this.#tellOpen(effect);
  }

  /** A holder that has closed in the meantime need not be told any more. */
  #tellLate(key: string, effect: ToldEffect): void {
    const holder = holderIn(effect);
    if (this.#held.has(timerOf(holder)) || this.#stateOf(key, holder) === undefined) return;
    if (this.#tell(key, effect) || !effect.acknowledge || !this.#timers.has(timerOf(holder))) return;
    this.#stop(timerOf(holder));
    this.#await(key, holder, false);
  }

  /**
   * The client has come back to something that was being broken when its connection was lost. It
   * may not have received the break, and its time to acknowledge goes on. Returns a function that
   * sends the break again; undefined when there is nothing to send.
   */
  againFor(key: string, holder: HolderName): (() => void) | undefined {
    const breaking = this.#stateOf(key, holder)?.breaking;
    if (breaking === undefined || breaking.untold) return undefined;
    return () => {
      const now = this.#stateOf(key, holder);
      if (now?.breaking !== breaking) return;
      const { to } = breaking;
      if ('lease' in holder) {
        const { epoch, version } = this.#server.authority.peek(key)!.leases.get(holder.lease)!;
        const more = { from: now.cache, to, epoch: version === 2 ? epoch : 0, acknowledge: true };
        this.#tellLease(key, { type: 'break-lease', lease: holder.lease, ...more });
      } else this.#tellOpen({ type: 'break-oplock', open: holder.open, to: oplockOfCache(to), acknowledge: true });
    };
  }

  #stateOf(key: string, holder: HolderName): CacheHolder | undefined {
    const state = this.#server.authority.peek(key);
    return 'lease' in holder ? state?.leases.get(holder.lease) : state?.opens.get(holder.open);
  }

  #stop(name: HolderKey): void {
    this.#timers.get(name)?.cancel();
    this.#timers.delete(name);
  }

  /**
   * [MS-SMB2] 3.3.6.1: a holder that does not acknowledge loses its caching rights. A holder that
   * cannot be told does not acknowledge.
   */
  #await(key: string, holder: HolderName, told: boolean): void {
    const { env, authority } = this.#server;
    const name = timerOf(holder);
    const expire = (): void => {
      env.log('info', 'oplock', told ? 'no acknowledgment of a break' : 'a break that nobody can be told of', {
        ...holder,
      });
      authority.apply(this.#timers.get(name)?.key ?? key, { type: 'break-expired', holder });
    };
    this.#timers.set(name, { key, cancel: env.timer(told ? BREAK_TIMEOUT_MS : 0, expire) });
  }

  /** Whatever a holder holds of the file `from`, it holds of the file `to` from now on. */
  moved(from: string, to: string): void {
    for (const timer of this.#timers.values()) if (timer.key === from) timer.key = to;
    for (const { breaks } of this.#held.values()) for (const held of breaks) if (held.key === from) held.key = to;
  }

  #tellOpen(effect: Extract<BreakEffect, { type: 'break-oplock' }>): boolean {
    const open = this.#server.opens.byId(effect.open);
    // The open's CREATE has not been answered yet. The client is told after the response.
    if (open === undefined) return true;
    if (open.session.connection.closed) return comesLoose(open);
    this.#server.env.log('debug', 'oplock', 'break', { open: open.id, level: effect.to });
    const encrypt = open.session.encryptData || open.tree.share.encrypt;
    this.#send(open.session, { kind: 'oplock', oplockLevel: effect.to, fileId: open.fileId }, encrypt);
    return true;
  }

  /**
   * Sends the break on the client's first connection, no matter which connection opened the file.
   * [MS-SMB2] 3.3.4.7. If the client did not say that it knows channels, the break goes to a
   * connection that opened the file: all mounts of a Linux machine share one ClientGuid, and each
   * mount knows only its own leases.
   */
  #tellLease(key: string, effect: Extract<BreakEffect, { type: 'break-lease' }>): boolean {
    // The CREATE that asked for the lease has not been answered yet. The client is told after the
    // response.
    if (!this.isKnown(key, effect.lease)) return true;
    this.#server.env.log('debug', 'oplock', 'break', { lease: effect.lease, from: effect.from, to: effect.to });
    const notification = {
      kind: 'lease-notification',
      newEpoch: effect.epoch,
      flags: effect.acknowledge ? LeaseBreakFlags.ACK_REQUIRED : 0,
      leaseKey: leaseKey(effect.lease),
      currentLeaseState: effect.from,
      newLeaseState: effect.to,
    } as const;
    const session = this.#openerOf(key, effect.lease) ?? this.sessionOf(leaseClient(effect.lease));
    if (session === undefined) {
      const isTold = this.#server.workers?.breakElsewhere(effect.lease, notification) ?? false;
      return isTold || this.#comesBack(key, effect.lease);
    }
    this.#send(session, notification, session.encryptData);
    return true;
  }

  /** Whether a client will come back to the lease by a persistent open, and be told then. */
  #comesBack(key: string, lease: LeaseId): boolean {
    for (const open of this.#opensOf(key, lease)) if (comesLoose(open)) return true;
    return false;
  }

  /** Whether some CREATE that asked for the lease has got as far as its answer. */
  isKnown(key: string, lease: LeaseId): boolean {
    for (const _ of this.#opensOf(key, lease)) return true;
    return false;
  }

  #openerOf(key: string, lease: LeaseId): Session | undefined {
    for (const { session } of this.#opensOf(key, lease)) {
      if (session.state !== 'valid' || session.connection.closed) continue;
      return (session.connection.clientCapabilities & Capabilities.MULTI_CHANNEL) === 0 ? session : undefined;
    }
    return undefined;
  }

  /** The opens of a file that share a lease, and whose CREATEs have got as far as their answers. */
  *#opensOf(key: string, lease: LeaseId): Iterable<FileOpen> {
    for (const { id, lease: held } of this.#server.authority.peek(key)?.opens.values() ?? []) {
      const open = held === lease ? this.#server.opens.byId(id) : undefined;
      if (open !== undefined) yield open;
    }
  }

  /** A session of the client at this worker, on the client's first connection here. */
  sessionOf(client: Guid): Session | undefined {
    for (const connection of this.#server.connections) {
      if (connection.clientGuid !== client || connection.closed) continue;
      for (const session of connection.sessions.values()) {
        if (session.state === 'valid' || session.state === 'expired') return session;
      }
    }
    return undefined;
  }
}

function holderIn(effect: ToldEffect): HolderName {
  return effect.type === 'break-lease' ? { lease: effect.lease } : { open: effect.open };
}

function timerOf(holder: HolderName): HolderKey {
  return 'lease' in holder ? holder.lease : holder.open;
}

/** The key by which tables know a holder: an open has a number, a lease has a text. */
type HolderKey = OpenId | LeaseId;
