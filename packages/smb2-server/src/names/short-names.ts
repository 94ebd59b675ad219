import {
  foldName,
  type MaybePromise,
  type VfsDirCursor,
  VfsError,
  type VfsHandle,
  type VfsOpened,
  type VfsOpenOptions,
  type VfsPath,
} from '@tsmbd/vfs-adapter';
import { type ServerEnvironment, type Share, shareKey } from '../config.ts';
import { type TreeConnect, Turn } from '../model/index.ts';
import { looksShort, shortName } from './short-name.ts';

/** How long a short name stands for a long one that is gone, as on Windows. [MS-FSA] 2.1.1.1 */
const TUNNEL_MS = 15_000;
/** How many short names are remembered. The oldest are forgotten first. */
const MAX_TUNNELS = 1_000;
/** How many entries of a directory are asked for at a time. */
const BATCH = 256;

type OpenDirectory = (tree: TreeConnect, path: VfsPath, options: VfsOpenOptions) => MaybePromise<VfsOpened>;

/**
 * Finds files by their 8.3 names. A program that knows short names only replaces a file by
 * deleting it and making it again. So that the file keeps its long name then, the pair is
 * remembered for a while (Volume.TunnelCacheList of [MS-FSA] 2.1.1.1).
 */
export class ShortNames {
  readonly #env: Pick<ServerEnvironment, 'now' | 'timer'>;
  readonly #open: OpenDirectory;
  readonly #tunnels = new Map<string, { readonly long: string; readonly at: number }>();

  /** @param open opens a directory of a tree as the tree's user */
  constructor(env: Pick<ServerEnvironment, 'now' | 'timer'>, open: OpenDirectory) {
    this.#env = env;
    this.#open = open;
  }

  /** Whether one of the names may be a short name that was made for a long one. */
  mayBeIn({ shortNamePrefix }: Share, path: VfsPath): boolean {
    return shortNamePrefix !== undefined && path.some(looksShort);
  }

  /**
   * The path with long names in place of short ones. It is found before anything is checked or
   * done by name, so that no rule about a name (a veto, say) is passed by another name of the same
   * file. A name that exists as it is written counts as written. A name that stands for nothing
   * stays as it is. [MS-FSA] 2.1.5.1
   */
  async longPath(tree: TreeConnect, path: VfsPath): Promise<VfsPath> {
    const found: string[] = [];
    for (const [i, name] of path.entries()) {
      const long = looksShort(name) ? await this.#longName(tree, found, name) : name;
      if (long === undefined) return [...found, ...path.slice(i)];
      found.push(long);
    }
    return found;
  }

  /** The long name of an entry of a directory; undefined if the directory cannot be looked at. */
  async #longName(tree: TreeConnect, directory: VfsPath, short: string): Promise<string | undefined> {
    const { share } = tree;
    let handle: VfsHandle | undefined;
    try {
      ({ handle } = await this.#open(tree, directory, { disposition: 'open', kind: 'directory', data: 'none' }));
      if ((await handle.lookup(short)) !== undefined) return short;
      const key = `${shareKey(share)}\0${foldName(directory.join('\\'))}\0${short.toUpperCase()}`;
      const long = await this.#seek(share, await handle.list(), short);
      if (long === undefined) return this.#remembered(key) ?? short;
      this.#remember(key, long);
      return long;
    } catch (error) {
      // What it is that hinders is said when the path is used.
      if (error instanceof VfsError) return undefined;
      throw error;
    } finally {
      await handle?.close();
    }
  }

  async #seek(share: Share, cursor: VfsDirCursor, short: string): Promise<string | undefined> {
    const wanted = short.toUpperCase();
    const turn = new Turn(this.#env);
    try {
      for (let entries = await cursor.next(BATCH); entries.length > 0; entries = await cursor.next(BATCH)) {
        const found = entries.find(({ name }) => shortName(name, share.shortNamePrefix) === wanted);
        if (found !== undefined) return found.name;
        await turn.over();
      }
      return undefined;
    } finally {
      cursor.close();
    }
  }

  #remembered(key: string): string | undefined {
    const tunnel = this.#tunnels.get(key);
    return tunnel !== undefined && this.#env.now() - tunnel.at < TUNNEL_MS ? tunnel.long : undefined;
  }

  #remember(key: string, long: string): void {
    this.#tunnels.delete(key);
    this.#tunnels.set(key, { long, at: this.#env.now() });
    if (this.#tunnels.size > MAX_TUNNELS) this.#tunnels.delete(this.#tunnels.keys().next().value!);
  }
}
