import { CacheBits, type OpenId } from '@tsmbd/oplock-lease';
import type { VfsHandle } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';
import type { Engine, SystemLeases } from '../model/index.ts';
import { fileChangesOutside } from './byte-changes.ts';

/** The system's lease of a file: it makes local programs wait when they want to open the file. */
interface Held {
  /** Undefined until the CREATE that asked for this lease is granted. */
  open: OpenId | undefined;
  readonly handle: VfsHandle;
  /** A local program wanted the file before the CREATE was granted. */
  wanted: boolean;
}

/**
 * On shares with `kernel oplocks = yes`, local programs break oplocks as clients do. As long as a
 * client caches a file's writes, the system makes every other program that opens the file wait, and
 * tells this server. The system allows this only while a single descriptor of the file is open. So
 * only oplocks for a single open are granted on such shares: exclusive and batch, no level II, and
 * no leases of files.
 */
export class SystemLeasesOfOpens implements SystemLeases {
  readonly #server: Engine;
  readonly #held = new Map<string, Held>();

  constructor(server: Engine) {
    this.#server = server;
  }

  /**
   * Asks the system for a lease of the file, for an open that would cache its writes. Returns false
   * when there is none to be had.
   */
  take(share: Share, key: string, handle: VfsHandle): boolean {
    if (share.kernelOplocks !== true || this.#held.has(key)) return false;
    const held: Held = { open: undefined, handle, wanted: false };
    if (handle.lease?.(() => this.#wanted(key, held)) !== true) return false;
    this.#held.set(key, held);
    return true;
  }

  /** Whether local programs that open the file have to wait. */
  isHeld(key: string): boolean {
    return this.#held.has(key);
  }

  /**
   * The open that asked for the lease was granted or refused. `open` is undefined when it was
   * refused.
   */
  settle(key: string, handle: VfsHandle, open: OpenId | undefined): void {
    const held = this.#held.get(key);
    if (held === undefined || held.handle !== handle) return;
    held.open = open;
    if (open === undefined) this.#end(key, held);
    else this.fileChanged(key);
    if (held.wanted) this.#wanted(key, held);
  }

  /** Once nobody caches writes any more, the programs that wait for the file go on. */
  fileChanged(key: string): void {
    if (this.#held.size === 0) return;
    const held = this.#held.get(key);
    if (held?.open === undefined) return;
    const cache = this.#server.authority.peek(key)?.opens.get(held.open)?.cache ?? CacheBits.NONE;
    if ((cache & CacheBits.WRITE) === 0) this.#end(key, held);
  }

  #wanted(key: string, held: Held): void {
    held.wanted = true;
    if (held.open === undefined || this.#held.get(key) !== held) return;
    // It is not known what the other program will do with the file, so nothing of it stays cached.
    fileChangesOutside(this.#server, key);
  }

  #end(key: string, held: Held): void {
    this.#held.delete(key);
    held.handle.endLease?.();
  }
}
