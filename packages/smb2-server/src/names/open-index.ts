import { hasSharedRights, type LeaseId, type OpenId } from '@tsmbd/oplock-lease';
import { AccessMask, ShareAccess } from '@tsmbd/smb2-codec';
import type { Vfs, VfsPath } from '@tsmbd/vfs-adapter';
import { type Share, shareKey } from '../config.ts';
import type { FileOpen, Move, Opens, Place } from '../model/index.ts';
import { MultiMap } from './multi-map.ts';
import { PlaceTree, type Spot } from './place-tree.ts';
import { depthOf, isBelow, isSamePlace, namesFrom, pathIn, placeOf } from './places.ts';

/** An open, and where the tables of the index have it. */
interface Entry {
  readonly open: FileOpen;
  readonly file: string;
  readonly share: string;
  readonly vfs: Vfs | undefined;
  spot: Spot<FileOpen>;
}

/**
 * All opens of files: by id, by share, by file and by place. It finds the opens that forbid the
 * rename of a directory, and those that a status report shows. Each question costs as many steps as
 * the answer has opens, however many opens the server has.
 */
export class OpenIndex implements Opens {
  readonly #byId = new Map<OpenId, Entry>();
  readonly #byShare = new MultiMap<string, FileOpen>();
  readonly #byFile = new MultiMap<string, FileOpen>();
  readonly #byBackEnd = new MultiMap<Vfs | undefined, FileOpen>();
  readonly #byPlace = new PlaceTree<FileOpen>();
  /** Opens that asked for a lease whose key is also used for another file. */
  readonly #unleased = new MultiMap<LeaseId, FileOpen>();
  /** How many opens of directories forbid the rename of a file inside. */
  #strict = 0;
  readonly #strictChanged: ((count: number) => void) | undefined;

  readonly #ambiguous: ((lease: LeaseId, change: 1 | -1) => void) | undefined;

  /**
   * @param strict is told how many opens of directories forbid renames
   * @param ambiguous is told of each lease whose key is also used for another file
   */
  constructor(strict?: (count: number) => void, ambiguous?: (lease: LeaseId, change: 1 | -1) => void) {
    this.#strictChanged = strict;
    this.#ambiguous = ambiguous;
  }

  #countAmbiguous({ askedLease }: FileOpen, change: 1 | -1): void {
    if (askedLease !== undefined) this.#ambiguous?.(askedLease, change);
  }

  #countStrict(open: FileOpen, change: 1 | -1): void {
    if (!forbidsRenames(open)) return;
    this.#strict += change;
    this.#strictChanged?.(this.#strict);
  }

  add(open: FileOpen): void {
    const { share } = open.tree;
    const spot = this.#byPlace.add(whereIs(open), open);
    const entry = { open, file: identityOf(open), share: shareKey(share), vfs: share.vfs, spot };
    this.#byId.set(open.id, entry);
    this.#byShare.add(entry.share, open);
    this.#byFile.add(entry.file, open);
    this.#byBackEnd.add(entry.vfs, open);
    this.#countStrict(open, 1);
    this.#countAmbiguous(open, 1);
    if (open.askedLease !== undefined) this.#unleased.add(open.askedLease, open);
  }

  delete(open: FileOpen): void {
    const entry = this.#byId.get(open.id);
    if (entry === undefined) return;
    this.#byId.delete(open.id);
    this.#byShare.delete(entry.share, open);
    this.#byFile.delete(entry.file, open);
    this.#byBackEnd.delete(entry.vfs, open);
    this.#byPlace.delete(entry.spot, open);
    this.#countStrict(open, -1);
    this.#countAmbiguous(open, -1);
    if (open.askedLease !== undefined) this.#unleased.delete(open.askedLease, open);
  }

  /** Is the key of this lease used for several files? */
  isAmbiguous(lease: LeaseId): boolean {
    return this.#unleased.has(lease);
  }

  byId(id: OpenId): FileOpen | undefined {
    return this.#byId.get(id)?.open;
  }

  /** Opens of the share, in the order they were made. */
  of(share: Share): Iterable<FileOpen> {
    return this.#byShare.of(shareKey(share));
  }

  /** The opens of all shares. */
  *all(): Iterable<FileOpen> {
    for (const { open } of this.#byId.values()) yield open;
  }

  /** The back ends that have open files. */
  backEnds(): Iterable<Vfs | undefined> {
    return this.#byBackEnd.keys();
  }

  /**
   * Is anything below this directory open, through any share? Letter case is ignored, as for all
   * names.
   */
  hasBelow(directory: Place): boolean {
    for (const _ of this.below(directory)) return true;
    return false;
  }

  /** The opens below this directory, through any share. */
  *below(above: Place): Iterable<FileOpen> {
    for (const open of this.#byPlace.below(above)) if (isBelow(whereIs(open), above)) yield open;
  }

  /** The opens at this place, through any share, by whatever link. */
  *at(place: Place): Iterable<FileOpen> {
    for (const open of this.#byPlace.at(place)) if (isSamePlace(whereIs(open), place)) yield open;
  }

  /** The directory is about to be deleted: ends all waits for changes in it. [MS-FSA] 2.1.5.15.3 */
  endWatches(directory: FileOpen): void {
    if (directory.handle.kind !== 'directory') return;
    for (const open of this.#byFile.of(directory.key)) if (open.key === directory.key) open.watch?.deletePending();
  }

  /** The opens of a file or directory and of its streams, by the identity of the file. */
  ofFile(key: string): FileOpen[] {
    return [...this.#byFile.of(key)];
  }

  /**
   * Whether an open of the directory, through any share, forbids the rename of a file inside. For a
   * rename, Windows opens the directory to add an entry, and that open shares reads and writes.
   */
  isStrict(directory: Place): boolean {
    if (this.#strict === 0) return false;
    for (const open of this.at(directory)) if (forbidsRenames(open)) return true;
    return false;
  }

  /**
   * Notes that a file or directory moved: the opens of it, of its streams and of what lies below it
   * get new paths.
   */
  moved(move: Move): void {
    for (const open of new Set([...this.#byFile.of(move.key), ...this.below(move.from)])) {
      const path = pathAfter(open, move);
      if (path === undefined) continue;
      open.path = path;
      const entry = this.#byId.get(open.id)!;
      this.#byPlace.delete(entry.spot, open);
      entry.spot = this.#byPlace.add(whereIs(open), open);
    }
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
