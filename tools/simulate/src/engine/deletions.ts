import type { SmbServer } from '@tsmbd/smb2-server';
import type { VfsHandle, VfsPath } from '@tsmbd/vfs-adapter';

type FileOpen = Parameters<SmbServer['opens']['add']>[0];

/**
 * Which names were deleted, and by whom: a name goes only if it was deleted through an open of that
 * name, or was made for a CREATE that came to nothing while nobody else has the file open. [MS-FSA]
 * 2.1.1.5
 */
export class Deletions {
  /**
   * Opens that there were, with the back end's own handle of each: that knows its name through all
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

  /** A name went through this handle of the back end's; says what is wrong with that. */
  removed(handle: VfsHandle, path: VfsPath, wasMade: boolean): string | undefined {
    // What was made for a CREATE that fails is not an open yet, and nobody else's by then.
    let isOpen = false;
    let isDeleted = false;
    for (const [open, own] of this.#opens) {
      if (own === handle || (own.identity === handle.identity && !open.closed)) isOpen = true;
      if (own.identity !== handle.identity || !isSame(own.path() as VfsPath, path)) continue;
      if (open.deleteOnClose || open.markedDeleted) isDeleted = true;
      // Its name is gone: what has it from now on is another one.
      this.#opens.delete(open);
    }
    if (isDeleted || (wasMade && !isOpen)) return undefined;
    return `${path.join('/')} goes, and nobody has deleted it by that name`;
  }
}

function isSame(a: VfsPath, b: VfsPath): boolean {
  return a.join('/') === b.join('/');
}
