import type { VfsIdentity, VfsPosixAcl, VfsPosixWish } from './vfs-posix.ts';

export type { VfsAclEntry, VfsIdentity, VfsPosixAcl, VfsPosixWish } from './vfs-posix.ts';

/**
 * A value now, or later. Whatever can be answered from memory or the page cache is answered now.
 */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Names from the share's root down; [] is the root itself. Names are spelled as clients send them,
 * without separators.
 */
export type VfsPath = readonly string[];

/** Why a back end refused. The engine's error table turns each code into one NTSTATUS. */
export type VfsErrorCode =
  | 'not-found' // the last name does not exist
  | 'path-not-found' // a name before the last does not exist or is no directory
  | 'exists' // create of a name that exists, rename onto one without replace
  | 'is-directory' // a file was wanted
  | 'not-directory' // a directory was wanted
  | 'not-empty' // removal of a directory that has entries
  | 'access-denied' // the system or the back end refuses
  | 'read-only' // the file system or share does not permit writing
  | 'no-space'
  | 'quota'
  | 'too-large' // past the largest file size
  | 'invalid-name' // a name that the back end cannot hold
  | 'name-too-long'
  | 'symlink' // a symbolic link stands in the way and is not followed
  | 'cross-device'
  | 'too-many-open'
  | 'no-memory' // the system has no memory left for this
  | 'no-ea' // no extended attribute of that name
  | 'ea-too-large'
  | 'not-supported'
  | 'invalid' // an argument that makes no sense
  | 'busy'
  | 'io';

/** A back end's refusal. `cause` has the system's error for the log; it never reaches the wire. */
export class VfsError extends Error {
  readonly code: VfsErrorCode;

  constructor(code: VfsErrorCode, detail = '', options?: ErrorOptions) {
    super(detail === '' ? code : `${code}: ${detail}`, options);
    this.name = 'VfsError';
    this.code = code;
  }
}

/*
 * What the engine promises a back end, and what a back end must do.
 *
 * The engine calls from one thread. It does not wait for one answer before it asks for the next, so
 * several calls on one back end, and on one handle, may be under way at once. It promises:
 *
 * - `open` may run beside anything. The engine decides about sharing only after it has the handle.
 *   So it may open a file, find that the client may not open it, and close the handle again.
 * - On one cursor, `next` is called again only after the last call has answered.
 * - `truncate`, `allocate` and a write at the end of one file do not run beside each other or
 *   beside another `write` of that file. Other reads and writes of one file may overlap, in time
 *   and in bytes: each byte of a read that overlaps a write may be old or new.
 * - The buffer of a `read` belongs to the back end until it answers. The bytes of a `write` do not
 *   change until then.
 * - The engine has checked what a client may do. It has not checked that a name still means the
 *   same file: programs on the same machine may change names at any moment.
 * - `close` is called once for each handle, and nothing is called on the handle after it. Calls
 *   that are under way may not have answered by then.
 * - `dispose` is called once, when all handles and cursors have been closed.
 *
 * A back end must:
 *
 * - keep each handle on its file, whatever happens to the file's names;
 * - do `rename`, `link` and `unlink` to the file that the handle is on, or refuse. It must never do
 *   them to another file that has got the name meanwhile. Each of them is done as a whole or not at
 *   all;
 * - let calls that are under way end before a `close` frees what they use;
 * - answer each refusal with a VfsError, and never with success for something that was not done;
 * - not keep the thread for long: a call that may wait for a disk answers with a promise.
 */

/**
 * What stands behind a share: names and bytes. The rules of sharing, caching and access are in the
 * engine, not here.
 */
export interface Vfs {
  readonly features: VfsFeatures;
  /**
   * The path of the root among this machine's folders when the back end was made: names from the
   * top down, without symbolic links. Absent if the root is not one of these folders.
   */
  readonly place?: VfsPath;
  /**
   * Opens what `path` names, or creates it. It never truncates and never deletes: what a
   * CreateDisposition does to an existing file is done through the handle, after the engine has
   * granted the open.
   */
  open(path: VfsPath, options: VfsOpenOptions): MaybePromise<VfsOpened>;
  /** Sizes and identity of the file system, [MS-FSCC] 2.5. */
  statFs(): MaybePromise<VfsFsInfo>;
  /**
   * Earlier states of the share. What `open` finds below a snapshot's name is as it was then, and
   * refuses every change. Absent: there are none, and their names are names like others.
   */
  readonly snapshots?: VfsSnapshots;
  /** Frees what the back end holds. All handles have been closed before. */
  dispose(): MaybePromise<void>;
}

/** The snapshots of a share, [MS-SMB2] 2.2.32.2. */
export interface VfsSnapshots {
  /** Their names, `@GMT-2026.11.21-04.00.00`, which are times in UTC, in the order for clients. */
  names(): MaybePromise<readonly string[]>;
}

export interface VfsFeatures {
  /** Nothing in the file system can be changed. */
  readonly readOnly: boolean;
  /** Two names may differ only in letter case. */
  readonly caseSensitive: boolean;
  /** getSecurityDescriptor and setSecurityDescriptor work, and what is set is kept. */
  readonly securityDescriptors: boolean;
  /** Extended attributes are kept. */
  readonly extendedAttributes: boolean;
  /** FILE_ATTRIBUTE bits and birth time are kept even if the system itself has none. */
  readonly dosAttributes: boolean;
  /** Named streams are kept. */
  readonly streams: boolean;
  /** Holes take no room, and allocatedRanges and zero work. */
  readonly sparse: boolean;
  /** Files can share blocks: cloneTo works. Absent: false. */
  readonly blockCloning?: boolean;
}

export interface VfsOpenOptions {
  /**
   * The user for whom this open, and every later call on its handle, is carried out. Absent: the
   * user that the process runs as. A back end without users of the system ignores it.
   */
  readonly identity?: VfsIdentity | undefined;
  /** `open`: the name must exist. `create`: the name must not exist. `open-or-create`: either. */
  readonly disposition: 'open' | 'create' | 'open-or-create';
  /**
   * What must be there, or is created. `any` opens a file or a directory, and creates a file.
   * Refusals: `is-directory`, `not-directory`.
   */
  readonly kind: 'file' | 'directory' | 'any';
  /**
   * What the data will be used for. `none` needs no right to the data, only to the name and
   * metadata. A directory opens with any of these values and refuses to be read or written.
   */
  readonly data: 'none' | 'read' | 'write' | 'read-write';
  /** If the path ends in a symbolic link, opens the link itself instead of what it names. */
  readonly noFollow?: boolean;
  /**
   * What happens to an open for data if a lease of this or another process holds it up: it waits,
   * on the thread pool, or is refused as `busy`. The holder of the lease is told in either case.
   * Default: `wait`.
   */
  readonly ifLeased?: 'wait' | 'refuse';
}

export interface VfsOpened {
  readonly handle: VfsHandle;
  /** True when this call made the file. */
  readonly created: boolean;
  /** What `handle.stat()` would answer, if that is known without asking again. */
  readonly stat?: VfsStat;
}

/** Times are nanoseconds since 1970; sizes are bytes. */
export interface VfsStat {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly size: bigint;
  /** Room taken on disk. */
  readonly allocationSize: bigint;
  readonly birthTime: bigint;
  readonly accessTime: bigint;
  readonly writeTime: bigint;
  readonly changeTime: bigint;
  readonly linkCount: number;
  /**
   * FILE_ATTRIBUTE_* bits, [MS-FSCC] 2.6, without NORMAL (which is 0 here). DIRECTORY is set for
   * directories.
   */
  readonly attributes: number;
  /** The file's number. It is unique in the file system as long as the file exists. */
  readonly inode: bigint;
  readonly device: bigint;
  /**
   * The number by which clients know the file. It is unique in the whole share, whatever is mounted
   * inside, as far as 64 bits allow, and is the same after a restart. If it is absent, the inode is
   * used; that is right if the share is one file system. [MS-FSCC] 2.1.9
   */
  readonly fileId?: bigint;
  /** POSIX owner and permission bits, if the back end has them. */
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/**
 * New metadata. Absent fields stay as they are. If writeTime is set, the system chooses changeTime.
 */
export interface VfsChanges {
  readonly birthTime?: bigint;
  readonly accessTime?: bigint;
  readonly writeTime?: bigint;
  readonly changeTime?: bigint;
  /**
   * FILE_ATTRIBUTE_* bits to keep: READONLY, HIDDEN, SYSTEM, ARCHIVE, and others if the back end
   * can keep them.
   */
  readonly attributes?: number;
  /** POSIX permission bits. */
  readonly mode?: number;
}

export interface VfsDirEntry {
  readonly name: string;
  readonly stat: VfsStat;
}

/**
 * A place in a directory's listing. Two cursors of one handle are independent. `.` and `..` are not
 * listed.
 */
export interface VfsDirCursor {
  /**
   * The next entries, at most `max`; [] at the end. Entries that vanish between listing and looking
   * are left out. An entry that exists through the whole listing comes exactly once. Memory is
   * bounded whatever the directory's size.
   */
  next(max: number): MaybePromise<readonly VfsDirEntry[]>;
  close(): void;
}

/** A named stream of a file or directory, [MS-FSCC] 2.1.5. */
export interface VfsStream {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

export interface VfsEa {
  readonly name: string;
  readonly value: Uint8Array;
}

/** An open file or directory. Every refusal is a VfsError. */
export interface VfsHandle {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /**
   * Identifies the file for as long as it exists: device, inode, and birth time if the back end has
   * it. Serves as a map key.
   */
  readonly identity: string;
  /** For a named stream: the file or directory that it belongs to. */
  readonly file?: VfsHandle | undefined;
  /** The file is of a snapshot, and cannot be changed. */
  readonly isSnapshot?: boolean | undefined;
  /** For a named stream: its current name. */
  readonly streamName?: string | undefined;
  /**
   * What the file system that the file is on keeps, if that is less than the share's root keeps:
   * something may be mounted inside. Absent: the same as the share. Features that the share does
   * not have are ignored.
   */
  readonly features?: VfsFeatures | undefined;
  /** The path as the back end spells it now (letter case as stored). Follows renames. */
  path(): MaybePromise<VfsPath>;
  stat(): MaybePromise<VfsStat>;
  /**
   * What the system lets the open's user do with the file now: bits 4 (read), 2 (write), 1
   * (execute, or go through a directory). Undefined if the open is not for a user of the system.
   * The method is missing if the back end has no users of the system.
   */
  readonly permitted?: (() => number | undefined) | undefined;
  /**
   * Sizes of the file system that the file is on; something may be mounted inside the share. If it
   * is missing, the share's sizes are used.
   */
  readonly statFs?: (() => MaybePromise<VfsFsInfo>) | undefined;
  /**
   * Fills `into` from `offset` on. Returns the number of bytes, which is less than asked for only
   * at the end of the file.
   */
  read(into: Uint8Array, offset: number): MaybePromise<number>;
  /** Writes all of `from` at `offset`. */
  write(from: Uint8Array, offset: number): MaybePromise<void>;
  /** Sets the size; new bytes read as zeros. */
  truncate(size: bigint): MaybePromise<void>;
  /**
   * Reserves room for `size` bytes without changing the size. A back end that cannot reserve does
   * nothing.
   */
  allocate(size: bigint): MaybePromise<void>;
  /** Returns when data and metadata are on stable storage. */
  flush(): MaybePromise<void>;
  /**
   * Zeros [offset, offset + length) without changing the size. Frees the room if the back end can.
   */
  zero(offset: bigint, length: bigint): MaybePromise<void>;
  /**
   * Ranges with data within [offset, offset + length), in order: the first `max` of them, or all if
   * `max` is not given.
   */
  allocatedRanges(
    offset: bigint,
    length: bigint,
    max?: number,
  ): MaybePromise<readonly { offset: bigint; length: bigint }[]>;
  /**
   * Copies inside the back end. Returns the bytes copied, which are fewer only at the source's end.
   * The caller reads and writes instead if this method is missing, or if it refuses with
   * `not-supported`, or with `cross-device` because the target is not one of the back end's own
   * handles.
   */
  copyTo?(target: VfsHandle, from: bigint, to: bigint, length: bigint): MaybePromise<bigint>;
  /**
   * Has the target share the blocks of this file, so that it reads the same there; whoever writes
   * then gets a block of his own. All or nothing. Refusals: `not-supported`, `cross-device` if the
   * two are not on one file system, `invalid` if the range is not of whole blocks (the last one of
   * the source may be cut).
   */
  cloneTo?(target: VfsHandle, from: bigint, to: bigint, length: bigint): MaybePromise<void>;
  /**
   * Changes metadata. Refuses with `not-supported` if the file system cannot keep the attributes or
   * the birth time; nothing is changed then.
   */
  set(changes: VfsChanges): MaybePromise<void>;
  /** A listing from the start; directories only. */
  list(): MaybePromise<VfsDirCursor>;
  /**
   * Looks one name up in this directory without opening it, by the share's case rules; undefined
   * when missing.
   */
  lookup(name: string): MaybePromise<VfsDirEntry | undefined>;
  /**
   * Moves this file. `replace` allows an existing file at the target to be replaced, never a
   * directory. A change of letter case in the file's own name needs no `replace`. Refusals:
   * `exists`, `access-denied` (a directory would be replaced, or the root would move), `not-found`
   * (the name is gone), `invalid` (a directory into itself), `cross-device`.
   */
  rename(to: VfsPath, replace: boolean): MaybePromise<void>;
  /** Gives this file another name. Refusals as for rename, and `is-directory`. */
  link(to: VfsPath, replace: boolean): MaybePromise<void>;
  /**
   * Removes this file's name. A directory must be empty (`not-empty`). The handle stays usable
   * until closed.
   *
   * @param identity as whom it is removed. Absent: the user of the open
   */
  unlink(identity?: VfsIdentity): MaybePromise<void>;
  /** The target of a symbolic link. */
  readLink(): MaybePromise<string>;
  /**
   * The stored self-relative SECURITY_DESCRIPTOR, or undefined if none was stored, or if what was
   * stored was made for other permission bits, another ACL or another owner than the file has now.
   * No bytes at all, or bytes that are no descriptor, mean that nobody knows what was stored.
   *
   * @param asOf the last answer of `stat`: the descriptor as of that moment is good enough, which
   *   may save a look at the disk
   */
  getSecurityDescriptor(asOf?: VfsStat): MaybePromise<Uint8Array | undefined>;
  /**
   * Stores the descriptor. `posix`, if the back end has permission bits, is what they and the ACLs
   * become; the descriptor counts until they are changed again.
   */
  setSecurityDescriptor(descriptor: Uint8Array, posix?: VfsPosixWish): MaybePromise<void>;
  /**
   * The file's POSIX ACLs; undefined if it has none. The method is missing if the back end knows no
   * such thing.
   *
   * @param asOf as for getSecurityDescriptor
   */
  posixAcl?(asOf?: VfsStat): MaybePromise<VfsPosixAcl | undefined>;
  /** @param asOf as for getSecurityDescriptor */
  listEas(asOf?: VfsStat): MaybePromise<readonly VfsEa[]>;
  /**
   * Sets an extended attribute. Names are found in any letter case. An empty value removes the
   * attribute; removing one that is missing does nothing.
   */
  setEa(name: string, value: Uint8Array): MaybePromise<void>;
  /** The named streams, without the unnamed one; [] if the back end keeps none. */
  listStreams(): MaybePromise<readonly VfsStream[]>;
  /** A stream's bytes, by its name in any letter case; undefined if there is no such stream. */
  getStream(name: string): MaybePromise<Uint8Array | undefined>;
  /**
   * Makes or replaces a stream; undefined removes it. Refuses with `too-large` if the content is
   * larger than the back end can hold.
   */
  setStream(name: string, content: Uint8Array | undefined): MaybePromise<void>;
  /**
   * Reports changes in this directory by anybody, the back end's own changes too; with `recursive`
   * also changes below it. The method is missing if the back end has no events. It returns
   * undefined if the directory cannot be watched now.
   */
  watch?(recursive: boolean, tell: (event: VfsWatchEvent) => void): VfsWatch | undefined;
  /**
   * Shows other programs of the system a lock of bytes, or with `none` removes it. The lock ends
   * with the handle. Ranges may split, join and replace what this handle locked before. Empty
   * ranges, and ranges that the system cannot name, are ignored. A lock that the handle's
   * descriptor does not permit is weakened or left out. The method is missing if there are no other
   * programs. False: another program has a lock that conflicts with this one.
   */
  lockRange?(offset: bigint, length: bigint, kind: 'shared' | 'exclusive' | 'none'): boolean;
  /**
   * Whether another descriptor, of this process or another, has a lock that conflicts with reading
   * (or writing) these bytes. The method is missing if there are no other programs. It also returns
   * false if the question cannot be asked: no data, no bytes.
   */
  isRangeLocked?(offset: bigint, length: bigint, write: boolean): boolean;
  /**
   * Asks the system to hold up other programs that open this file, and to report them, until
   * `endLease`. Undefined if the system cannot do this. False: somebody else has the file open, or
   * the system does not permit it.
   *
   * @param wanted called once, when somebody opens or truncates the file and waits
   */
  lease?(wanted: () => void): boolean;
  /**
   * Lets the programs that wait for the lease go on. Does nothing without a lease. Closing the
   * handle also ends the lease.
   */
  endLease?(): void;
  close(): MaybePromise<void>;
}

/** One change in a watched directory. */
export interface VfsWatchEvent {
  /**
   * `renamed-from` is followed by `renamed-to` at once. `attributes`: times, mode, extended
   * attributes, links. `moved`: the watched directory itself has another name or place. `overflow`:
   * more happened than can be reported.
   */
  readonly type: 'added' | 'removed' | 'renamed-from' | 'renamed-to' | 'modified' | 'attributes' | 'moved' | 'overflow';
  /** Relative to the watched directory; [] for `moved` and `overflow`. */
  readonly path: VfsPath;
  readonly directory: boolean;
}

/** A watch ends when its `close` is called, which may be after the handle's `close`. */
export interface VfsWatch {
  /**
   * False: something in the directory cannot be watched now (the system has no more watches, or
   * does not permit it).
   */
  readonly complete: boolean;
  close(): void;
}

export interface VfsFsInfo {
  readonly blockSize: number;
  readonly totalBytes: bigint;
  readonly freeBytes: bigint;
  /** Bytes that this user may still use; less than freeBytes if blocks are reserved. */
  readonly availableBytes: bigint;
  /** Identifies the file system. */
  readonly device: bigint;
  readonly maxNameLength: number;
}
