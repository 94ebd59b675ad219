import { CacheBits, type OpenId } from '@tsmbd/oplock-lease';
import type { VfsHandle } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';
import type { Engine, SystemLeases } from '../model/index.ts';
import { fileChangesOutside } from './byte-changes.ts';

/** What holds up local programs that want to open a file. */
interface Held {
  /** Undefined until the CREATE that asked for it is granted. */
  open: OpenId | undefined;
  readonly handle: VfsHandle;
  /** Somebody wanted it before the CREATE was granted. */
  wanted: boolean;
}

/**
 * Local programs break oplocks as clients do, on shares with `kernel oplocks = yes`: as long as
 * somebody caches a file's writes the system holds up whoever else opens it, and says so. The
 * system lets a file be held so only while one descriptor of it is open, hence oplocks for a single
 * open are all that is granted there: exclusive and batch, no level II, and no leases of files.
 */
export class SystemLeasesOfOpens implements SystemLeases {
  readonly #server: Engine;
  readonly #held = new Map<string, Held>();

  constructor(server: Engine) {
    this.#server = server;
  }

  /**
   * Asks for the file on behalf of an open that would cache its writes; false when it cannot be
   * had.
   */
  take(share: Share, key: string, handle: VfsHandle): boolean {
    if (share.kernelOplocks !== true || this.#held.has(key)) return false;
    const held: Held = { open: undefined, handle, wanted: false };
    if (handle.lease?.(() => this.#wanted(key, held)) !== true) return false;
    this.#held.set(key, held);
    return true;
  }

  /** Local programs that open the file wait. */
  isHeld(key: string): boolean {
    return this.#held.has(key);
  }

  /** The open that asked for it was granted, or not. */
  settle(key: string, handle: VfsHandle, open: OpenId | undefined): void {
    const held = this.#held.get(key);
    if (held === undefined || held.handle !== handle) return;
    held.open = open;
    if (open === undefined) this.#end(key, held);
    else this.fileChanged(key);
    if (held.wanted) this.#wanted(key, held);
  }

  /** Once nobody caches writes any more, whoever waits for the file goes on. */
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
    // Whatever it is that the other program will do with the file: nothing of it stays cached.
    fileChangesOutside(this.#server, key);
  }

  #end(key: string, held: Held): void {
    this.#held.delete(key);
    held.handle.endLease?.();
  }
}
