import { CacheBits } from '@tsmbd/oplock-lease';
import { LeaseBreakFlags, type OplockBreakResponse } from '@tsmbd/smb2-codec';
import type { KnownOpen } from './client.ts';

const { READ, HANDLE, WRITE } = CacheBits;

/** What a client may cache of a file because of one lease or one oplock. */
export interface Holding {
  /** LeaseKey; undefined for an oplock. */
  readonly lease: string | undefined;
  readonly opens: Set<KnownOpen>;
  /** Bits of CacheBits that the client believes it has. */
  rights: number;
  /** Number of the server's message that granted them. */
  said: number;
  /** The client was told of a break, and no answer to it has been accepted yet. */
  breaking: boolean;
  /** How many breaks the client was told of. */
  tells: number;
  /** The file's content when it was last read; undefined if it is not known, or no longer known. */
  clean: string | undefined;
  /** The content after changes by the client's programs that the server does not know yet. */
  dirty: string | undefined;
  /** Names in the directory, as they were last listed. */
  names: string | undefined;
  /** A number that changes whenever answers under way become too old to be kept. */
  generation: number;
}

/**
 * A client machine. Its cache does not depend on the connection by which content came. [MS-SMB2]
 * 3.2.1.5
 */
export class Machine {
  readonly clientGuid: string;
  readonly #holdings = new Map<string | KnownOpen, Holding>();
  /**
   * Leases of directories that opens of this machine have named as their own. Changes by these
   * opens do not break them.
   */
  readonly parents = new Set<string>();
  /** Counts the changes that the machine itself has begun or ended. */
  ownChanges = 0;
  /**
   * A request that changes something is still under way in the server, although its connection is
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
   * @param isBreaking the response says that the lease is being broken: the client was told of
   *   that, or will be
   * @param said number of the response
   */
  granted(open: KnownOpen, rights: number, isBreaking: boolean, said: number): void {
    const name = open.lease?.key ?? open;
    let holding = this.#holdings.get(name);
    // If a key is granted that was already granted for another file, the server had freed it
    // meanwhile: the older lease is over, and a late message about it is too.
    if ([...(holding?.opens ?? [])].some((other) => other.by !== undefined && !isSameFile(other, open))) return;
    // A holding that no open of the client uses any more is not the one that is granted now, unless
    // one of its opens comes back.
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
      // The break of a level II oplock ends without an answer. If anything is left after a break,
      // the oplock was higher than level II. [MS-SMB2] 3.2.5.19.1
      if ((holding.rights & WRITE) !== 0 || message.oplockLevel !== 0) holding.breaking = true;
      this.#believe(holding, holding.rights & rightsOf(message.oplockLevel), said);
    }
  }

  /** From now on the client caches no more than this, whatever a message says. */
  limit(holding: Holding, rights: number): void {
    this.#believe(holding, holding.rights & rights, holding.said);
  }

  /**
   * The server no longer waits for an answer. Rights that the client did not give up are lost.
   * [MS-SMB2] 3.3.6.1
   */
  lost(holding: Holding): void {
    holding.breaking = false;
    holding.dirty = undefined;
    this.limit(holding, 0);
  }

  /** The open is over from the client's point of view. */
  forget(open: KnownOpen): void {
    const { holding } = open;
    if (holding === undefined) return;
    open.holding = undefined;
    holding.opens.delete(open);
    const name = holding.lease ?? open;
    if (holding.opens.size === 0 && this.#holdings.get(name) === holding) this.#holdings.delete(name);
  }

  /**
   * The client itself changes what it has cached. Answers to earlier requests that are under way
   * are too old.
   */
  changes(holding: Holding | undefined): void {
    this.ownChanges++;
    if (holding === undefined) return;
    holding.generation++;
    holding.clean = undefined;
  }

  /** The client no longer relies on anything that it has read. */
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

/** After a rename, a file is still the same file. */
function isSameFile(a: KnownOpen, b: KnownOpen): boolean {
  return a.key !== undefined && b.key !== undefined ? a.key === b.key : a.name === b.name;
}

/** What an oplock lets its open cache, [MS-SMB2] 2.2.14. */
export function rightsOf(oplockLevel: number): number {
  return { 1: READ, 8: READ | WRITE, 9: READ | WRITE | HANDLE }[oplockLevel] ?? 0;
}
