import { opendir } from 'node:fs/promises';
import { At, O, Resolve } from '../posix/constants.ts';
import { checked } from '../posix/errors.ts';
import { libc } from '../posix/libc.ts';
import { type Vfs, VfsError } from '../vfs.ts';
import type { SnapshotFormat } from './snapshot-names.ts';
import type { SnapshotSource } from './snapshot-vfs.ts';

/** A folder in which each snapshot is a folder with its time in its name. */
export interface SnapshotFolder {
  /** The path of the folder. Symbolic links on the way to it are followed. */
  readonly folder: string;
  readonly format: SnapshotFormat;
  /** The path of the share below each snapshot; '' if the snapshot is of the share itself. */
  readonly below: string;
  readonly newestFirst: boolean;
  /** Makes a back end of a directory, which cannot be changed. */
  readonly open: (root: string) => Vfs;
}

/** The most entries of the folder that are looked at. */
const MAX_ENTRIES = 10_000;

/**
 * The snapshots in a folder: subvolumes of Btrfs, or dated folders of any other kind. Nobody who
 * can write into the folder can make a snapshot lead elsewhere: a snapshot that is, or is reached
 * by, a symbolic link is not opened.
 */
export function snapshotsIn({ folder, format, below, newestFirst, open }: SnapshotFolder): SnapshotSource {
  const read = async (): Promise<Map<number, string>> => {
    const found = new Map<number, string>();
    try {
      let left = MAX_ENTRIES;
      for await (const { name } of await opendir(folder)) {
        const seconds = format(name);
        if (seconds !== undefined) found.set(seconds, name);
        left -= 1;
        if (left === 0) break;
      }
    } catch (error) {
      // A share whose snapshots are not there, or not yet, has none.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
    return found;
  };
  return {
    async times() {
      const times = [...(await read()).keys()].toSorted((a, b) => a - b);
      return newestFirst ? times.toReversed() : times;
    },
    async open(seconds) {
      const name = (await read()).get(seconds);
      if (name === undefined) throw new VfsError('not-found', 'no snapshot of that time');
      const c = libc();
      const parent = checked(c.openat(At.FDCWD, folder, O.PATH | O.DIRECTORY), 'open');
      try {
        const path = below === '' ? name : `${name}/${below}`;
        const resolve = Resolve.BENEATH | Resolve.NO_SYMLINKS | Resolve.NO_MAGICLINKS;
        const root = await c.openat2Later(parent, path, O.PATH | O.DIRECTORY, resolve);
        checked(root, 'openat2');
        try {
          return open(`/proc/self/fd/${root}`);
        } finally {
          c.close(root);
        }
      } finally {
        c.close(parent);
      }
    },
  };
}
