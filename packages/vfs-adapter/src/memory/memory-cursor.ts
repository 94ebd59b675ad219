import type { VfsDirCursor, VfsDirEntry } from '../vfs.ts';
import type { MemoryLink } from './node.ts';

/**
 * A listing of the names that existed when it began. A Map's iterator stays valid while names come
 * and go. Names made or moved since are left out, so that a listing ends even if the client renames
 * the files that it lists.
 */
export class MemoryCursor implements VfsDirCursor {
  #links: Iterator<MemoryLink> | undefined;
  readonly #bound: number;
  readonly #device: bigint;

  constructor(entries: ReadonlyMap<string, MemoryLink>, bound: number, device: bigint) {
    this.#links = entries.values();
    this.#bound = bound;
    this.#device = device;
  }

  next(max: number): readonly VfsDirEntry[] {
    const found: VfsDirEntry[] = [];
    while (found.length < max && this.#links !== undefined) {
      const { done, value } = this.#links.next();
      if (done === true) this.#links = undefined;
      else if (value.order < this.#bound) found.push({ name: value.name, stat: value.node.stat(this.#device) });
    }
    return found;
  }

  close(): void {
    this.#links = undefined;
  }
}
