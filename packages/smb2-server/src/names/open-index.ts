import { hasSharedRights, type LeaseId, type OpenId } from '@tsmbd/oplock-lease';
import { AccessMask, ShareAccess } from '@tsmbd/smb2-codec';
import type { VfsPath } from '@tsmbd/vfs-adapter';
import { type Share, shareKey } from '../config.ts';
import type { FileOpen, Move, Opens, Place } from '../model/index.ts';
import { depthOf, isBelow, isSamePlace, namesFrom, pathIn, placeOf } from './places.ts';

/**
 * All opens of files, by share. It finds the opens that forbid the rename of a directory, and those
 * that a status report shows.
 */
export class OpenIndex implements Opens {
  readonly #byShare = new Map<string, Set<FileOpen>>();
  readonly #byId = new Map<OpenId, FileOpen>();
  /** Opens that asked for a lease whose key is also used for another file. */
  readonly #unleased = new Set<FileOpen>();
  /** Opens of directories that forbid the rename of a file inside. */
  readonly #strict = new Set<FileOpen>();
  readonly #strictChanged: ((count: number) => void) | undefined;

  /** @param strict is told how many opens of directories forbid renames */
  constructor(strict?: (count: number) => void) {
    this.#strictChanged = strict;
  }

  #countStrict(change: () => void): void {
    change();
    this.#strictChanged?.(this.#strict.size);
  }

  add(open: FileOpen): void {
    const { share } = open.tree;
    let opens = this.#byShare.get(shareKey(share));
    if (opens === undefined) {
      opens = new Set();
      this.#byShare.set(shareKey(share), opens);
    }
    opens.add(open);
    this.#byId.set(open.id, open);
    if (forbidsRenames(open)) this.#countStrict(() => this.#strict.add(open));
    if (open.askedLease !== undefined) this.#unleased.add(open);
  }

  delete(open: FileOpen): void {
    this.#byId.delete(open.id);
    if (this.#strict.has(open)) this.#countStrict(() => this.#strict.delete(open));
    if (open.askedLease !== undefined) this.#unleased.delete(open);
    const opens = this.#byShare.get(shareKey(open.tree.share));
    if (opens === undefined) return;
    opens.delete(open);
    if (opens.size === 0) this.#byShare.delete(shareKey(open.tree.share));
  }

  /** Is the key of this lease used for several files? */
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

  /** The opens of all shares. */
  all(): Iterable<FileOpen> {
    return this.#byId.values();
  }

  /**
   * Is anything below this directory open, through any share? Letter case is ignored, as for all
   * names.
   */
  hasBelow(directory: FileOpen): boolean {
    for (const _ of this.below(directory)) return true;
    return false;
  }

  /** The opens below this directory, through any share. */
  *below(directory: FileOpen): Iterable<FileOpen> {
    const above = whereIs(directory);
    for (const open of this.all()) if (isBelow(whereIs(open), above)) yield open;
  }

  /** The directory is about to be deleted: ends all waits for changes in it. [MS-FSA] 2.1.5.15.3 */
  endWatches(directory: FileOpen): void {
    if (directory.handle.kind !== 'directory') return;
    for (const open of this.all()) if (open.key === directory.key) open.watch?.deletePending();
  }

  /** The opens of a file or directory and of its streams, by the identity of the file. */
  ofFile(key: string): FileOpen[] {
    return [...this.all()].filter((open) => identityOf(open) === key);
  }

  /**
   * Whether an open of the directory, through any share, forbids the rename of a file inside. For a
   * rename, Windows opens the directory to add an entry, and that open shares reads and writes.
   */
  isStrict(directory: Place): boolean {
    for (const open of this.#strict) if (isSamePlace(whereIs(open), directory)) return true;
    return false;
  }

  /**
   * Notes that a file or directory moved: the opens of it, of its streams and of what lies below it
   * get new paths.
   */
  moved(move: Move): void {
    for (const open of this.all()) open.path = pathAfter(open, move) ?? open.path;
  }
}

/**
 * The path of an open after the move, from the root of its own share down. Undefined if the open
 * keeps its path. That is so if the open is elsewhere (for example by another link of the file), or
 * if its share has no name for the new place.
 */
export function pathAfter(open: FileOpen, { key, from, to }: Move): VfsPath | undefined {
  const { share } = open.tree;
  const place = whereIs(open);
  if (identityOf(open) === key) {
    // A directory has no other link. Whatever path it was opened by, it is no longer there.
    const { kind } = open.handle.file ?? open.handle;
    return kind === 'directory' || isSamePlace(place, from) ? pathIn(share, to) : undefined;
  }
  if (!isBelow(place, from)) return undefined;
  return pathIn(share, { root: to.root, path: [...to.path, ...namesFrom(place, depthOf(from))] });
}

/** The place of what is open. */
export function whereIs({ tree, path }: FileOpen): Place {
  return placeOf(tree.share, path);
}

/**
 * An open of a directory forbids renames inside if it may delete the directory, or does not share
 * writes. [MS-SMB2] 3.3.5.21.1
 */
function forbidsRenames({ handle, grantedAccess, shareAccess }: FileOpen): boolean {
  if (handle.kind !== 'directory' || !hasSharedRights(grantedAccess)) return false;
  return (grantedAccess & AccessMask.DELETE) !== 0 || (shareAccess & ShareAccess.WRITE) === 0;
}

/** The identity of the file that an open is of. For a stream: the identity of its file. */
function identityOf({ handle, key }: FileOpen): string {
  return handle.file?.identity ?? key;
}
