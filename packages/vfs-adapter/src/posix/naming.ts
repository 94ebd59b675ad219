import { chain, ending } from '../maybe.ts';
import { checkPath } from '../path-names.ts';
import { type MaybePromise, VfsError, type VfsPath } from '../vfs.ts';
import { At, Errno, Mode, O, RENAME_NOREPLACE } from './constants.ts';
import { toDiskName, toDiskPath } from './disk-names.ts';
import { checked, posixError } from './errors.ts';
import type { Directory, Opener } from './opener.ts';
import type { Share } from './share.ts';

/** An open file whose names change, as the user who changes them sees it. */
export interface NamedFile {
  readonly share: Share;
  readonly opener: Opener;
  readonly fd: number;
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** The names under which it was last seen. */
  names: VfsPath;
  /** The last name may be gone, so that the close frees `size` bytes. */
  noteUnlinked(size: number): void;
}

let temporaries = 0;

/** Moves the file away from its current name. */
export function rename(file: NamedFile, to: VfsPath, replace: boolean): MaybePromise<void> {
  return between(file, to, (from, target, existing) => move(file, from, target, to.at(-1)!, existing, replace));
}

/** Gives the file another name. */
export function link(file: NamedFile, to: VfsPath, replace: boolean): MaybePromise<void> {
  if (file.kind === 'directory') throw new VfsError('is-directory');
  return between(file, to, (from, target, existing) => addLink(file, from, target, to.at(-1)!, existing, replace));
}

/** Removes the file's name. */
export function unlink(file: NamedFile): MaybePromise<void> {
  return withPlace(file, (from) => {
    const { c, index, options } = file.share;
    checked(c.statFd(file.fd), 'statx');
    const { size } = c.stat;
    const name = from.names.at(-1)!;
    const known = options.caseSensitive ? undefined : index.current(from.fd);
    const flags = file.kind === 'directory' ? At.REMOVEDIR : 0;
    const result = c.unlinkat(from.fd, toDiskName(name), flags);
    // POSIX allows either error for a directory with entries.
    if (result === -Errno.EEXIST) throw posixError(result, 'unlinkat', 'not-empty');
    checked(result, 'unlinkat');
    index.removed(known, from.fd, name);
    file.noteUnlinked(size);
  });
}

/** The directory that a file is in, and all its names. */
interface Place {
  readonly fd: number;
  readonly names: VfsPath;
}

/** Does `work` in the directory that the file is in now. */
function withPlace<T>(file: NamedFile, work: (from: Place) => MaybePromise<T>): MaybePromise<T> {
  if (file.names.length === 0) throw new VfsError('access-denied', 'the root');
  return chain(locate(file), (from) =>
    ending(
      () => work(from),
      () => file.share.closeDirectory(from.fd),
    ),
  );
}

/**
 * Does `work` with the file's place, the directory of `to`, and the name that exists there by the
 * share's case rules.
 */
function between(
  file: NamedFile,
  to: VfsPath,
  work: (from: Place, target: Directory, existing: string | undefined) => void,
): MaybePromise<void> {
  checkPath(to);
  if (to.length === 0) throw new VfsError('exists', 'the root');
  return withPlace(file, (from) =>
    chain(file.opener.parentOf(to), (target) =>
      ending(
        () => chain(file.share.findName(target.fd, to.at(-1)!), (existing) => work(from, target, existing)),
        () => file.share.closeDirectory(target.fd),
      ),
    ),
  );
}

/**
 * Finds where the file is: under the names it was last seen by, or where the system says. Both are
 * checked. If the file has several names, the system knows which one was opened, whatever has
 * happened to the other names.
 */
function locate(file: NamedFile): MaybePromise<Place> {
  checked(file.share.c.statFd(file.fd), 'statx');
  const isOnlyName = file.kind === 'directory' || file.share.c.stat.links <= 1;
  return chain(placeUnder(file, file.names), (place) => {
    if (place !== undefined && (isOnlyName || place.isSymlink)) return place;
    const names = file.share.namesOf(file.fd);
    const second = names === undefined || names.length === 0 ? undefined : placeUnder(file, names);
    return chain(second, (found) => {
      if (found !== undefined && place !== undefined) file.share.closeDirectory(place.fd);
      const known = found ?? place;
      if (known === undefined) throw new VfsError('not-found', 'the name is gone');
      return known;
    });
  });
}

/**
 * A place that was looked up: through a symbolic link to the file, or by one of the file's own
 * names.
 */
interface FoundPlace extends Place {
  readonly isSymlink: boolean;
}

/**
 * The place, if the last of `names` is the file itself, or is a symbolic link to the file through
 * which it was opened.
 */
function placeUnder(file: NamedFile, names: VfsPath): MaybePromise<FoundPlace | undefined> {
  const { share } = file;
  return chain(share.openDirectory(names.slice(0, -1)), (fd) => {
    if (fd < 0) return undefined;
    const found = nameOf(file, fd, names);
    if (found !== undefined) return { fd, names, isSymlink: found === 'symlink' };
    share.closeDirectory(fd);
    return undefined;
  });
}

/** What the last of `names` is to the file: its own name, a symbolic link to it, or neither. */
function nameOf(file: NamedFile, directory: number, names: VfsPath): 'own' | 'symlink' | undefined {
  const { c } = file.share;
  checked(c.statFd(file.fd), 'statx');
  const { fileKey } = c.stat;
  if (c.statAt(directory, toDiskName(names.at(-1)!)) < 0) return undefined;
  if (c.stat.fileKey === fileKey) return 'own';
  if (c.stat.type !== Mode.SYMLINK) return undefined;
  const fd = file.share.openNow(toDiskPath(names), O.PATH);
  if (fd < 0) return undefined;
  const same = c.statFd(fd) === 0 && c.stat.fileKey === fileKey;
  c.close(fd);
  return same ? 'symlink' : undefined;
}

/** What stands under a name of the target directory: this file, a directory, or something else. */
function whatIs(file: NamedFile, target: Directory, name: string): 'same' | 'directory' | 'other' | 'gone' {
  const { c } = file.share;
  checked(c.statFd(file.fd), 'statx');
  const { fileKey } = c.stat;
  const result = c.statAt(target.fd, toDiskName(name));
  if (result === -Errno.ENOENT) return 'gone';
  checked(result, 'statx');
  if (c.stat.fileKey === fileKey) return 'same';
  return c.stat.type === Mode.DIRECTORY ? 'directory' : 'other';
}

function move(
  file: NamedFile,
  from: Place,
  target: Directory,
  name: string,
  existing: string | undefined,
  replace: boolean,
): void {
  const old = from.names.at(-1)!;
  const there = existing === undefined ? 'gone' : whatIs(file, target, existing);
  if (existing === undefined || there === 'gone') {
    renameStep(file, from.fd, old, target.fd, name, RENAME_NOREPLACE);
  } else if (there === 'same' && existing === old && sameDirectory(file, from.fd, target.fd)) {
    if (existing !== name) renameStep(file, from.fd, old, target.fd, name, RENAME_NOREPLACE);
  } else {
    if (!replace) throw new VfsError('exists', existing);
    if (there === 'directory') throw new VfsError('access-denied', 'a directory is not replaced');
    if (there === 'same') {
      // Both are names of this very file, and rename(2) would leave both.
      removeStep(file, from.fd, old);
    } else {
      if (file.kind === 'directory') replaceByDirectory(file, from, old, target, existing);
      else renameStep(file, from.fd, old, target.fd, existing, 0);
    }
    if (existing !== name) renameStep(file, target.fd, existing, target.fd, name, RENAME_NOREPLACE);
  }
  file.names = [...target.names, name];
}

/**
 * A directory replaces a file, which rename(2) does not do. So the file is moved aside first, and
 * comes back if the directory cannot move.
 */
function replaceByDirectory(file: NamedFile, from: Place, old: string, target: Directory, existing: string): void {
  const aside = temporaryName();
  const comesBack = (): void => renameStep(file, target.fd, aside, target.fd, existing, RENAME_NOREPLACE);
  renameStep(file, target.fd, existing, target.fd, aside, RENAME_NOREPLACE);
  try {
    renameStep(file, from.fd, old, target.fd, existing, RENAME_NOREPLACE);
  } catch (error) {
    comesBack();
    throw error;
  }
  try {
    removeStep(file, target.fd, aside);
  } catch (error) {
    renameStep(file, target.fd, existing, from.fd, old, RENAME_NOREPLACE);
    comesBack();
    throw error;
  }
}

/** A name that exists only for a moment. */
function temporaryName(): string {
  return `.tsmbd-${process.pid}-${temporaries++}`;
}

function addLink(
  file: NamedFile,
  from: Place,
  target: Directory,
  name: string,
  existing: string | undefined,
  replace: boolean,
): void {
  const old = from.names.at(-1)!;
  const there = existing === undefined ? 'gone' : whatIs(file, target, existing);
  if (existing === undefined || there === 'gone') {
    linkStep(file, from.fd, old, target.fd, name);
    return;
  }
  if (!replace) throw new VfsError('exists', existing);
  if (there === 'directory') throw new VfsError('access-denied', 'a directory is not replaced');
  if (there === 'same') return;
  // The link is made under a temporary name first, so that the target's name exists at every
  // moment.
  const temporary = temporaryName();
  linkStep(file, from.fd, old, target.fd, temporary);
  try {
    renameStep(file, target.fd, temporary, target.fd, existing, 0);
  } catch (error) {
    removeStep(file, target.fd, temporary);
    throw error;
  }
  if (existing !== name) renameStep(file, target.fd, existing, target.fd, name, RENAME_NOREPLACE);
}

function linkStep(file: NamedFile, from: number, old: string, to: number, name: string): void {
  const { c, index, options } = file.share;
  const known = options.caseSensitive ? undefined : index.current(to);
  const result = c.linkat(from, toDiskName(old), to, toDiskName(name));
  if (result === -Errno.EXDEV) throw posixError(result, 'linkat', 'cross-device');
  checked(result, 'linkat');
  index.added(known, to, name);
}

function removeStep(file: NamedFile, directory: number, name: string): void {
  const { c, index, options } = file.share;
  const known = options.caseSensitive ? undefined : index.current(directory);
  checked(c.unlinkat(directory, toDiskName(name), 0), 'unlinkat');
  index.removed(known, directory, name);
}

/** One renameat2. The index is told of it. */
function renameStep(file: NamedFile, from: number, old: string, to: number, name: string, flags: number): void {
  const { c, index, options } = file.share;
  const knownFrom = options.caseSensitive ? undefined : index.current(from);
  const knownTo = options.caseSensitive ? undefined : index.current(to);
  const oldName = toDiskName(old);
  const newName = toDiskName(name);
  let result = c.renameat2(from, oldName, to, newName, flags);
  // A file system without RENAME_NOREPLACE answers EINVAL. Every file system also answers EINVAL if
  // a directory is moved into itself.
  if (result === -Errno.EINVAL && flags !== 0 && c.statAt(to, newName) === -Errno.ENOENT) {
    result = c.renameat2(from, oldName, to, newName, 0);
  }
  if (result === -Errno.EXDEV) throw posixError(result, 'renameat2', 'cross-device');
  checked(result, 'renameat2');
  index.removed(knownFrom, from, old);
  index.added(knownTo, to, name);
}

function sameDirectory(file: NamedFile, a: number, b: number): boolean {
  const { c } = file.share;
  checked(c.statFd(a), 'statx');
  const { fileKey } = c.stat;
  checked(c.statFd(b), 'statx');
  return c.stat.fileKey === fileKey;
}
