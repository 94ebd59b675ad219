import { readlinkSync } from 'node:fs';
import { ending } from '../maybe.ts';
import { checkPath } from '../path-names.ts';
import {
  type MaybePromise,
  type Vfs,
  VfsError,
  type VfsFeatures,
  type VfsFsInfo,
  type VfsOpened,
  type VfsOpenOptions,
  type VfsPath,
} from '../vfs.ts';
import { At, Errno, O } from './constants.ts';
import { fromDiskPath } from './disk-names.ts';
import { checked, posixError } from './errors.ts';
import { statFs } from './file-system.ts';
import { libc } from './libc.ts';
import { featuresOn, Share } from './share.ts';
import { ShareRoot } from './share-root.ts';
import { MAX_PARTS } from './stream-xattrs.ts';
import { UserViews } from './user-views.ts';

/** What is served, and how. Each comment says the default. */
export interface PosixVfsOptions {
  /** The directory that becomes the share's root. Symbolic links on the way to it are followed. */
  readonly root: string;
  /**
   * Two names may differ only in letter case. If false, names are found whatever their case, and
   * keep the spelling in which they were made. Default: false.
   */
  readonly caseSensitive?: boolean;
  /**
   * Symbolic links are followed as long as they stay inside the root. If false, they are refused as
   * `symlink`. Default: true.
   */
  readonly followSymlinks?: boolean;
  /** Refuses every change. Default: false. */
  readonly readOnly?: boolean;
  /** Permission bits of new files, less the process's umask. Default: 0o666. */
  readonly fileMode?: number;
  /** Permission bits of new directories, less the process's umask. Default: 0o777. */
  readonly directoryMode?: number;
  /**
   * A new file or directory belongs to the owner of its directory, if the process may give files
   * away. Default: false.
   */
  readonly inheritOwner?: boolean;
  /**
   * A new directory has the mode of its directory, and a new file that mode's bits for reading and
   * writing; fileMode and directoryMode do not count. Default: false.
   */
  readonly inheritPermissions?: boolean;
  /** Names that begin with a dot are HIDDEN unless their file says otherwise. Default: false. */
  readonly hideDotFiles?: boolean;
  /** Files have named streams, where the file system can keep them. Default: true. */
  readonly namedStreams?: boolean;
  /**
   * In how many extended attributes of 64 KiB one named stream may be kept, 1 to 16. What the file
   * system can hold may be less: ext4 holds 4 KiB in all. Default: 1.
   */
  readonly xattrsPerStream?: number;
  /** Files without the owner's write bit are READONLY unless they say otherwise. Default: false. */
  readonly readOnlyFromMode?: boolean;
  /**
   * Stored security descriptors stay valid when permission bits, POSIX ACLs or the owner change.
   * Default: false.
   */
  readonly ignoreSystemAcls?: boolean;
  /**
   * True: security descriptors are read from `user.NTACL` and stored there, whatever the system
   * permits. Any local program that may write a file can then change its descriptor. False, the
   * default: `security.NTACL`, and `user.NTACL` only where the system keeps the process from the
   * other.
   */
  readonly userDescriptors?: boolean;
}

/** A directory of a Linux file system as a share. */
export class PosixVfs implements Vfs {
  readonly features: VfsFeatures;
  readonly place: VfsPath;
  readonly #share: Share;
  readonly #views: UserViews;

  constructor(options: PosixVfsOptions) {
    const c = libc();
    const root = c.openat(At.FDCWD, options.root, O.PATH | O.DIRECTORY);
    if (root < 0) throw posixError(root, 'open', root === -Errno.ENOTDIR ? 'not-directory' : undefined);
    try {
      // The place is found by the root's descriptor: the path that was opened may lead elsewhere by
      // now.
      this.place = fromDiskPath(readlinkSync(`/proc/self/fd/${root}`, { encoding: 'buffer' }));
      const base = new ShareRoot(c, root, options.root, {
        caseSensitive: options.caseSensitive ?? false,
        followSymlinks: options.followSymlinks ?? true,
        readOnly: options.readOnly ?? false,
        fileMode: options.fileMode ?? 0o666,
        directoryMode: options.directoryMode ?? 0o777,
        inheritOwner: options.inheritOwner ?? false,
        inheritPermissions: options.inheritPermissions ?? false,
        hideDotFiles: options.hideDotFiles ?? false,
        namedStreams: options.namedStreams ?? true,
        xattrsPerStream: Math.min(options.xattrsPerStream ?? 1, MAX_PARTS),
        readOnlyFromMode: options.readOnlyFromMode ?? false,
        ignoreSystemAcls: options.ignoreSystemAcls ?? false,
        userDescriptors: options.userDescriptors ?? false,
      });
      this.#share = new Share(base, c);
    } catch (error) {
      c.close(root);
      throw error;
    }
    this.#views = new UserViews(this.#share);
    const { xattrs, options: rules } = this.#share;
    const fs = this.#share.base.rootFileSystem;
    checked(c.statFd(root), 'statx');
    // Asking for one attribute shows whether the file system has extended attributes.
    xattrs.dosInfo({ fd: root, isPath: true, fs }, true);
    this.features = featuresOn(fs, rules);
  }

  open(path: VfsPath, options: VfsOpenOptions): MaybePromise<VfsOpened> {
    checkPath(path);
    if (this.#share.closed) throw new VfsError('not-found', 'the back end is closed');
    this.#share.hold();
    return ending(
      () => this.#views.of(options.identity).open(path, options),
      () => this.#share.letGo(),
    );
  }

  statFs(): VfsFsInfo {
    const { c, root, closed } = this.#share;
    if (closed) throw new VfsError('not-found', 'the back end is closed');
    return statFs(c, root);
  }

  dispose(): void {
    this.#share.base.close();
  }
}

/**
 * Serves a directory. Needs Linux 5.12 or later with /proc mounted. Errors: `not-supported` on
 * other systems, `not-found`, `not-directory` or `access-denied` for the root.
 */
export function createPosixVfs(options: PosixVfsOptions): Vfs {
  return new PosixVfs(options);
}
