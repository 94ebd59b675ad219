import { foldName } from '../case-fold.ts';
import { checkName, checkPath } from '../path-names.ts';
import { VfsError, type VfsPath } from '../vfs.ts';
import { type MemoryLink, MemoryNode } from './node.ts';
import { type Room, SparseData } from './sparse-data.ts';

/** The most symbolic links that one walk follows, as on Linux. */
const MAX_LINKS = 40;

/**
 * The result of a walk: the directory, the name in it, and the link of that name if there is one.
 */
export interface Place {
  readonly directory: MemoryNode;
  readonly name: string;
  readonly link: MemoryLink | undefined;
}

/** The names of a memory file system: walking, adding, moving and removing them. */
export class MemoryTree {
  readonly root: MemoryLink;
  readonly room: Room;
  readonly caseSensitive: boolean;
  readonly readOnly: boolean;
  readonly device: bigint;
  readonly maxFileSize: number;
  readonly now: () => bigint;
  readonly #directoryLinks = new WeakMap<MemoryNode, MemoryLink>();
  #order = 0;
  #inodes = 1n;

  constructor(options: {
    caseSensitive: boolean;
    readOnly: boolean;
    device: bigint;
    capacity: number;
    maxFileSize: number;
    now: () => bigint;
  }) {
    this.caseSensitive = options.caseSensitive;
    this.readOnly = options.readOnly;
    this.device = options.device;
    this.maxFileSize = options.maxFileSize;
    this.now = options.now;
    this.room = { used: 0, capacity: options.capacity };
    const node = this.newNode('directory', '');
    this.root = { name: '', parent: undefined, node, live: true, became: undefined, order: 0 };
  }

  /** The order that the next name will get. */
  get order(): number {
    return this.#order;
  }

  newNode(kind: 'file' | 'directory' | 'symlink', target: string): MemoryNode {
    const body =
      kind === 'file'
        ? new SparseData(this.room, this.maxFileSize)
        : kind === 'directory'
          ? new Map<string, MemoryLink>()
          : target;
    const inode = this.#inodes++;
    return new MemoryNode(inode, body, this.now());
  }

  /** The link that `name` stands for in a directory. */
  entry(directory: MemoryNode, name: string): MemoryLink | undefined {
    return directory.entries!.get(this.#key(name));
  }

  /**
   * The link that `path` leads to; [] is the root. A symbolic link at the end is followed if
   * `follow` is true.
   */
  find(path: VfsPath, follow: boolean): Place {
    checkPath(path);
    return this.#walk(this.root, path, follow, { links: 0 });
  }

  /**
   * The place where `path` would be made or replaced: its last name is not followed. Throws for the
   * root.
   */
  target(path: VfsPath): Place {
    if (path.length === 0) throw new VfsError('exists', 'the root');
    return this.find(path, false);
  }

  add(directory: MemoryNode, name: string, node: MemoryNode): MemoryLink {
    checkName(name);
    const link: MemoryLink = { name, parent: directory, node, live: true, became: undefined, order: this.#order++ };
    directory.entries!.set(this.#key(name), link);
    if (node.kind === 'directory') {
      directory.linkCount += 1;
      this.#directoryLinks.set(node, link);
    }
    directory.touch(this.now());
    return link;
  }

  /** Removes a name. The node is freed with its last name and handle. */
  remove(link: MemoryLink): void {
    const directory = link.parent!;
    const { node } = link;
    directory.entries!.delete(this.#key(link.name));
    link.live = false;
    const now = this.now();
    directory.touch(now);
    node.changeTime = now;
    if (node.kind === 'directory') {
      directory.linkCount -= 1;
      node.linkCount = 0;
    } else {
      node.linkCount -= 1;
    }
    node.release();
  }

  /** Moves a name onto another name of the same file. Afterwards only the other name is left. */
  join(link: MemoryLink, other: MemoryLink): void {
    this.remove(link);
    link.became = other;
  }

  move(link: MemoryLink, directory: MemoryNode, name: string): void {
    const from = link.parent!;
    const now = this.now();
    from.entries!.delete(this.#key(link.name));
    from.touch(now);
    if (link.node.kind === 'directory') {
      from.linkCount -= 1;
      directory.linkCount += 1;
    }
    link.parent = directory;
    link.name = name;
    link.order = this.#order++;
    directory.entries!.set(this.#key(name), link);
    directory.touch(now);
    link.node.changeTime = now;
  }

  /** The names from the root to `link`. */
  path(link: MemoryLink): VfsPath {
    const names: string[] = [];
    for (let at: MemoryLink = link; at.parent !== undefined; at = this.linkOf(at.parent)) names.push(at.name);
    return names.reverse();
  }

  /** The link of a directory, which has only one. */
  linkOf(directory: MemoryNode): MemoryLink {
    return directory === this.root.node ? this.root : this.#directoryLinks.get(directory)!;
  }

  #walk(from: MemoryLink, names: VfsPath, follow: boolean, state: { links: number }): Place {
    let at = from;
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      const last = i === names.length - 1;
      const directory = at.node;
      if (directory.kind !== 'directory') throw new VfsError('path-not-found', at.name);
      const link = name === '..' ? this.#above(at) : this.entry(directory, name);
      if (last && (link === undefined || link.node.kind !== 'symlink' || !follow)) return { directory, name, link };
      if (link === undefined) throw new VfsError('path-not-found', name);
      const place = link.node.kind === 'symlink' ? this.#followed(link, state) : undefined;
      if (place === undefined) {
        at = link;
      } else {
        if (last) return place;
        if (place.link === undefined) throw new VfsError('path-not-found', name);
        at = place.link;
      }
    }
    return { directory: at.node, name: at.name, link: at };
  }

  #followed(link: MemoryLink, state: { links: number }): Place {
    state.links += 1;
    if (state.links > MAX_LINKS) throw new VfsError('symlink', 'too many symbolic links');
    const { target } = link.node;
    if (target.startsWith('/')) throw new VfsError('access-denied', 'a symbolic link leads out of the share');
    const names = target.split('/').filter((name) => name !== '' && name !== '.');
    const place = this.#walk(this.linkOf(link.parent!), names, true, state);
    if (place.link === undefined) throw new VfsError('not-found', 'a symbolic link leads nowhere');
    return place;
  }

  #above(link: MemoryLink): MemoryLink {
    if (link.parent === undefined) throw new VfsError('access-denied', 'a symbolic link leads out of the share');
    return this.linkOf(link.parent);
  }

  #key(name: string): string {
    return this.caseSensitive ? name : foldName(name);
  }
}
