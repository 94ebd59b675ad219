import { CacheBits } from '@tsmbd/oplock-lease';
import { LeaseBreakFlags, type OplockBreakResponse } from '@tsmbd/smb2-codec';
import type { KnownOpen } from './client.ts';

const { READ, HANDLE, WRITE } = CacheBits;

/** What a client may keep of a file because of one lease, or of one oplock. */
export interface Holding {
  /** LeaseKey; undefined for an oplock. */
  readonly lease: string | undefined;
  readonly opens: Set<KnownOpen>;
  /** Bits of CacheBits that it believes to have. */
  rights: number;
  /** Number of the server's message that said so. */
  said: number;
  /** It was told of a break, and nothing that it answered was accepted yet. */
  breaking: boolean;
  /** Breaks that it was told of. */
  tells: number;
  /** What the file held when it was last read; undefined when that is not known, or no longer. */
  clean: string | undefined;
  /** What its programs have made of that and the server does not know yet. */
  dirty: string | undefined;
  /** Names in the directory, as they were last listed. */
  names: string | undefined;
  /** Changes with everything that makes answers under way too old to be kept. */
  generation: number;
}

/**
 * A client machine: what it caches does not depend on the connection that it came by. [MS-SMB2]
 * 3.2.1.5
 */
export class Machine {
  readonly clientGuid: string;
  readonly #holdings = new Map<string | KnownOpen, Holding>();
  /**
   * Leases of directories that opens of this machine have named as their own: what those change
   * does not break them.
   */
  readonly parents = new Set<string>();
  /** Counts what the machine itself has begun to change, and ended. */
  ownChanges = 0;
  /**
   * A request that changes something is still under way in the server, though its connection is
   * gone.
   */
  hasOrphans = false;

  constructor(clientGuid: string) {
    this.clientGuid = clientGuid;
  }

  get holdings(): Iterable<Holding> {
    return this.#holdings.values();
  }

  /** The holding of a lease. */
  byLease(key: string): Holding | undefined {
    return this.#holdings.get(key);
  }

  /**
   * A response says what the open may cache.
   *
   * @param isBreaking the response says that the lease is being broken: it was told of that, or
   *   will be
   * @param said number of the response
   */
  granted(open: KnownOpen, rights: number, isBreaking: boolean, said: number): void {
    const name = open.lease?.key ?? open;
    let holding = this.#holdings.get(name);
    // A key that is granted for another file already was free again in the server: what is told
    // late is over.
    if ([...(holding?.opens ?? [])].some((other) => other.by !== undefined && !isSameFile(other, open))) return;
    // What nobody of the client's uses any more is not what is granted now, unless that comes back.
    if (holding === undefined || (open.holding !== holding && ![...holding.opens].some(({ by }) => by !== undefined))) {
      holding = {
        ...{ lease: open.lease?.key, opens: new Set(), rights: 0, said: 0, breaking: false, tells: 0 },
        ...{ clean: undefined, dirty: undefined, names: undefined, generation: 0 },
      };
      this.#holdings.set(name, holding);
    }
    holding.opens.add(open);
    open.holding = holding;
    if (!isBreaking && said > holding.said) this.#believe(holding, rights, said);
  }

  /** A break notification. [MS-SMB2] 3.2.5.19 */
  told(message: OplockBreakResponse, open: KnownOpen | undefined, said: number): void {
    if (message.kind === 'lease-notification') {
      const holding = this.#holdings.get(message.leaseKey);
      if (holding === undefined) return;
      holding.tells++;
      if ((message.flags & LeaseBreakFlags.ACK_REQUIRED) !== 0) holding.breaking = true;
      if (said > holding.said) this.#believe(holding, holding.rights & message.newLeaseState, said);
    } else if (message.kind === 'oplock' && open?.holding !== undefined) {
      const { holding } = open;
      holding.tells++;
      // Level II ends without an answer; what it is left of is more than it. [MS-SMB2] 3.2.5.19.1
      if ((holding.rights & WRITE) !== 0 || message.oplockLevel !== 0) holding.breaking = true;
      this.#believe(holding, holding.rights & rightsOf(message.oplockLevel), said);
    }
  }

  /** Caches no more than this, whoever says so. */
  limit(holding: Holding, rights: number): void {
    this.#believe(holding, holding.rights & rights, holding.said);
  }

  /**
   * The server does not wait for an answer any more: what was not given up is lost. [MS-SMB2]
   * 3.3.6.1
   */
  lost(holding: Holding): void {
    holding.breaking = false;
    holding.dirty = undefined;
    this.limit(holding, 0);
  }

  /** The open is over, as far as the client is concerned. */
  forget(open: KnownOpen): void {
    const { holding } = open;
    if (holding === undefined) return;
    open.holding = undefined;
    holding.opens.delete(open);
    const name = holding.lease ?? open;
    if (holding.opens.size === 0 && this.#holdings.get(name) === holding) this.#holdings.delete(name);
  }

  /** The client itself changes what it has: answers under way to earlier questions are too old. */
  changes(holding: Holding | undefined): void {
    this.ownChanges++;
    if (holding === undefined) return;
    holding.generation++;
    holding.clean = undefined;
  }

  /** Nothing that was read is believed any more. */
  forgetContents(): void {
    this.ownChanges++;
    for (const holding of this.#holdings.values()) {
      this.changes(holding);
      holding.names = undefined;
    }
  }

  #believe(holding: Holding, rights: number, said: number): void {
    holding.said = said;
    holding.rights = rights;
    if ((rights & READ) !== 0) return;
    holding.generation++;
    holding.clean = undefined;
    holding.names = undefined;
  }
}

/** Renames leave a file what it is. */
function isSameFile(a: KnownOpen, b: KnownOpen): boolean {
  return a.key !== undefined && b.key !== undefined ? a.key === b.key : a.name === b.name;
}

/** What an oplock lets its open cache, [MS-SMB2] 2.2.14. */
export function rightsOf(oplockLevel: number): number {
  return { 1: READ, 8: READ | WRITE, 9: READ | WRITE | HANDLE }[oplockLevel] ?? 0;
}
