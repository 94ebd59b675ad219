import type { SmbServer } from '@tsmbd/smb2-server';
import type { VfsHandle, VfsPath } from '@tsmbd/vfs-adapter';

type FileOpen = Parameters<SmbServer['opens']['add']>[0];

/**
 * Keeps account of which names were deleted, and by whom. A name may be removed only if it was
 * deleted through an open of that name, or if it was made for a failed CREATE and nobody else has
 * the file open. [MS-FSA] 2.1.1.5
 */
export class Deletions {
  /**
   * All opens so far, each with the back end's own handle. The handle knows its name through all
   * renames.
   */
  readonly #opens = new Map<FileOpen, VfsHandle>();
  readonly #inner: (handle: VfsHandle) => VfsHandle;

  constructor(inner: (handle: VfsHandle) => VfsHandle) {
    this.#inner = inner;
  }

  /** An open was granted, or restored. */
  opened(open: FileOpen): void {
    this.#opens.set(open, this.#inner(open.handle.file ?? open.handle));
  }

  /**
   * A name was removed through this handle of the back end. Returns what is wrong with that, if
   * anything.
   */
  removed(handle: VfsHandle, path: VfsPath, wasMade: boolean): string | undefined {
    // A file that was made for a failing CREATE is not an open yet, and nobody else may have it
    // open.
    let isOpen = false;
    let isDeleted = false;
    for (const [open, own] of this.#opens) {
      if (own === handle || (own.identity === handle.identity && !open.closed)) isOpen = true;
      if (own.identity !== handle.identity || !isSame(own.path() as VfsPath, path)) continue;
      if (open.deleteOnClose || open.markedDeleted) isDeleted = true;
      // The open's name is gone. A file that has this name from now on is another file.
      this.#opens.delete(open);
    }
    if (isDeleted || (wasMade && !isOpen)) return undefined;
    return `${path.join('/')} goes, and nobody has deleted it by that name`;
  }
}

function isSame(a: VfsPath, b: VfsPath): boolean {
  return a.join('/') === b.join('/');
}
