import { chain } from '../maybe.ts';
import type { MaybePromise } from '../vfs.ts';
import type { DiskName } from './disk-names.ts';

/** Symbolic links followed in one walk, as Linux does. */
const MAX_LINKS = 40;
/** Names looked at in one walk. */
const MAX_STEPS = 600;

/** What a walk asks of the system. */
export interface LinkWalk {
  /** Descriptor of the share's root; stays open. */
  readonly root: number;
  /** Paths of the root from the machine's, as links may spell them. */
  readonly rootPaths: readonly Buffer[];
  /**
   * Opens a path below a directory with O_PATH | O_NOFOLLOW, by no symbolic link: a descriptor or
   * -errno.
   */
  readonly open: (directory: number, path: Buffer) => MaybePromise<number>;
  /** Where an open symbolic link leads; undefined for what is none. */
  readonly target: (fd: number) => Buffer | undefined;
  readonly close: (fd: number) => void;
}

/** Names as bytes, each byte a character: they are taken apart and put together, nothing else. */
interface State {
  /** From the root to `fd`, without symbolic links. */
  readonly done: string[];
  /** Still to go, the next one last. */
  readonly rest: string[];
  readonly followLast: boolean;
  fd: number;
  links: number;
  steps: number;
}

/**
 * The kernel refuses every absolute symbolic link below a root. One that leads into the root can be
 * followed all the same: this spells a path anew, without links, from the root. It is only a
 * spelling, which may be wrong by the time it is opened: whoever opens it lets the kernel hold it
 * below the root once more. Undefined when a link leads out.
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
  // What is missing, or may not be entered, the kernel refuses by its own error when the path is
  // opened.
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
 * The names of an absolute path behind those of the root, the last first; undefined when it leads
 * elsewhere.
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

/** As the system wants it, with a NUL. The root itself is `.`. */
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
