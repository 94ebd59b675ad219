import { MemoryVfs } from './memory/memory-vfs.ts';
import { PosixVfs } from './posix/posix-vfs.ts';
import type { Vfs } from './vfs.ts';

/**
 * Whether the back end is one of this package's, and opens files with this package's code alone.
 * One whose `open` a program has replaced is not.
 */
export function isOwnBackEnd(vfs: Vfs): boolean {
  return vfs.open === MemoryVfs.prototype.open || vfs.open === PosixVfs.prototype.open;
}
