import type { LeaseId, OpenId } from '@tsmbd/oplock-lease';
import type { VfsPath } from '@tsmbd/vfs-adapter';
import { type Share, shareKey } from '../config.ts';
import type { FileOpen, Move, Opens, Place } from '../model/index.ts';
import { depthOf, isBelow, isSamePlace, namesFrom, pathIn, placeOf } from './places.ts';

/**
 * All opens of files, by share: who stands in the way of a directory's rename, and what status
 * shows.
 */
export class OpenIndex implements Opens {
  readonly #byShare = new Map<string, Set<FileOpen>>();
  readonly #byId = new Map<OpenId, FileOpen>();
  /** Opens that asked for a lease whose key is another file's too. */
  readonly #unleased = new Set<FileOpen>();

  add(open: FileOpen): void {
    const { share } = open.tree;
    let opens = this.#byShare.get(shareKey(share));
    if (opens === undefined) {
      opens = new Set();
      this.#byShare.set(shareKey(share), opens);
    }
    opens.add(open);
    this.#byId.set(open.id, open);
    if (open.askedLease !== undefined) this.#unleased.add(open);
  }

  delete(open: FileOpen): void {
    this.#byId.delete(open.id);
    if (open.askedLease !== undefined) this.#unleased.delete(open);
    const opens = this.#byShare.get(shareKey(open.tree.share));
    if (opens === undefined) return;
    opens.delete(open);
    if (opens.size === 0) this.#byShare.delete(shareKey(open.tree.share));
  }

  /** Is the key of this lease one of several files? */
  isAmbiguous(lease: LeaseId): boolean {
    for (const { askedLease } of this.#unleased) if (askedLease === lease) return true;
    return false;
  }

  byId(id: OpenId): FileOpen | undefined {
    return this.#byId.get(id);
  }

  /** Opens of the share, in the order they were made. */
  of(share: Share): Iterable<FileOpen> {
    return this.#byShare.get(shareKey(share)) ?? [];
  }

  /** All of them. */
  all(): Iterable<FileOpen> {
    return this.#byId.values();
  }

  /**
   * Is anything open below this directory, through whatever share? Letter case is ignored, as names
   * are.
   */
  hasBelow(directory: FileOpen): boolean {
    for (const _ of this.below(directory)) return true;
    return false;
  }

  /** What is open below this directory, through whatever share. */
  *below(directory: FileOpen): Iterable<FileOpen> {
    const above = whereIs(directory);
    for (const open of this.all()) if (isBelow(whereIs(open), above)) yield open;
  }

  /**
   * The directory is about to be deleted: whoever waits for changes in it waits no longer. [MS-FSA]
   * 2.1.5.15.3
   */
  endWatches(directory: FileOpen): void {
    if (directory.handle.kind !== 'directory') return;
    for (const open of this.all()) if (open.key === directory.key) open.watch?.deletePending();
  }

  /** Opens of a file or directory, and of its streams, by its identity. */
  ofFile(key: string): FileOpen[] {
    return [...this.all()].filter((open) => identityOf(open) === key);
  }

  /** A file or directory moved: opens of it, of its streams and of what lies below it follow. */
  moved(move: Move): void {
    for (const open of this.all()) open.path = pathAfter(open, move) ?? open.path;
  }
}

/**
 * The path that an open has after the move, from the root of its own share down; undefined when it
 * keeps the one it has: it is elsewhere, by another link of the file, say, or its share has no name
 * for where it has gone.
 */
export function pathAfter(open: FileOpen, { key, from, to }: Move): VfsPath | undefined {
  const { share } = open.tree;
  const place = whereIs(open);
  if (identityOf(open) === key) {
    // A directory has no other link: by whatever path it was opened, it is there no more.
    const { kind } = open.handle.file ?? open.handle;
    return kind === 'directory' || isSamePlace(place, from) ? pathIn(share, to) : undefined;
  }
  if (!isBelow(place, from)) return undefined;
  return pathIn(share, { root: to.root, path: [...to.path, ...namesFrom(place, depthOf(from))] });
}

/** Where what is open is. */
export function whereIs({ tree, path }: FileOpen): Place {
  return placeOf(tree.share, path);
}

/** Identity of the file that an open is of, or of whose streams. */
function identityOf({ handle, key }: FileOpen): string {
  return handle.file?.identity ?? key;
}
