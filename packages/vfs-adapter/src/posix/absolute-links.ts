import { chain } from '../maybe.ts';
import type { MaybePromise } from '../vfs.ts';
import type { DiskName } from './disk-names.ts';

/** The most symbolic links that one walk follows, as on Linux. */
const MAX_LINKS = 40;
/** The most names that one walk looks at. */
const MAX_STEPS = 600;

/** What a walk needs from the system. */
export interface LinkWalk {
  /** Descriptor of the share's root. The walk does not close it. */
  readonly root: number;
  /** The paths of the root from the machine's root, in each spelling that links may use. */
  readonly rootPaths: readonly Buffer[];
  /**
   * Opens a path below a directory with O_PATH | O_NOFOLLOW, without following any symbolic link.
   * Returns a descriptor or -errno.
   */
  readonly open: (directory: number, path: Buffer) => MaybePromise<number>;
  /** The target of an open symbolic link; undefined if it is not a link. */
  readonly target: (fd: number) => Buffer | undefined;
  readonly close: (fd: number) => void;
}

/** The names here are bytes, each byte one character. They are only split and joined. */
interface State {
  /** Names from the root to `fd`, without symbolic links. */
  readonly done: string[];
  /** Names that are still to be walked, the next one last. */
  readonly rest: string[];
  readonly followLast: boolean;
  fd: number;
  links: number;
  steps: number;
}

/**
 * The kernel refuses every absolute symbolic link below a root. A link that leads into the root can
 * be followed all the same: this function spells a path anew, without links, from the root. The
 * result is only a spelling, which may be wrong by the time it is opened. So the caller that opens
 * it must have the kernel keep it below the root once more. Undefined if a link leads out of the
 * root.
 */
export function withoutLinks(walk: LinkWalk, path: DiskName, followLast: boolean): MaybePromise<Buffer | undefined> {
  const bytes = typeof path === 'string' ? Buffer.from(path) : path.subarray(0, -1);
  const state = { done: [], rest: namesOf(bytes), followLast, fd: walk.root, links: 0, steps: 0 };
  return next(walk, state);
}

function next(walk: LinkWalk, state: State): MaybePromise<Buffer | undefined> {
  const { done, rest } = state;
  const name = rest.pop();
  if (name === undefined || (rest.length === 0 && !state.followLast && name !== '..')) {
    if (name !== undefined) done.push(name);
    return ended(walk, state, pathOf(done));
  }
  state.steps += 1;
  if (state.steps > MAX_STEPS) return ended(walk, state, undefined);
  if (name !== '..') return chain(walk.open(state.fd, pathOf([name])), (fd) => enter(walk, state, name, fd));
  if (done.pop() === undefined) return ended(walk, state, undefined);
  move(walk, state, walk.root);
  if (done.length === 0) return next(walk, state);
  return chain(walk.open(walk.root, pathOf(done)), (fd) => {
    if (fd < 0) return ended(walk, state, undefined);
    move(walk, state, fd);
    return next(walk, state);
  });
}

function enter(walk: LinkWalk, state: State, name: string, fd: number): MaybePromise<Buffer | undefined> {
  const { done, rest } = state;
  // If a name is missing or its directory may not be entered, the kernel refuses with its own error
  // when the path is opened.
  if (fd < 0) return ended(walk, state, pathOf([...done, name, ...rest.toReversed()]));
  const target = walk.target(fd);
  if (target === undefined) {
    done.push(name);
    move(walk, state, fd);
    return next(walk, state);
  }
  walk.close(fd);
  state.links += 1;
  const names = target[0] === SLASH ? insideOf(walk.rootPaths, target) : namesOf(target);
  if (names === undefined || state.links > MAX_LINKS) return ended(walk, state, undefined);
  if (target[0] === SLASH) {
    done.length = 0;
    move(walk, state, walk.root);
  }
  rest.push(...names);
  return next(walk, state);
}

/**
 * The names of an absolute path after those of the root, the last first; undefined if the path does
 * not lead into the root.
 */
function insideOf(rootPaths: readonly Buffer[], target: Buffer): string[] | undefined {
  const names = namesOf(target);
  for (const rootPath of rootPaths) {
    const above = namesOf(rootPath);
    const from = names.length - above.length;
    if (from >= 0 && above.every((name, i) => names[from + i] === name)) return names.slice(0, from);
  }
  return undefined;
}

/** The names of a path, the last first. */
function namesOf(path: Buffer): string[] {
  return path
    .toString('latin1')
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .reverse();
}

/** The path as the system needs it, with a NUL. The root itself is `.`. */
function pathOf(names: readonly string[]): Buffer {
  return Buffer.from(`${names.length === 0 ? '.' : names.join('/')}\0`, 'latin1');
}

function move(walk: LinkWalk, state: State, fd: number): void {
  if (state.fd !== walk.root) walk.close(state.fd);
  state.fd = fd;
}

function ended(walk: LinkWalk, state: State, path: Buffer | undefined): Buffer | undefined {
  move(walk, state, walk.root);
  return path;
}

const SLASH = 0x2f;
