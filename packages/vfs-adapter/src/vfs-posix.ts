/** A user of the system: whom the system asks about when it decides what a call may do. */
export interface VfsIdentity {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
}

/** An entry of a POSIX ACL, acl(5). */
export interface VfsAclEntry {
  readonly tag: 'user-obj' | 'user' | 'group-obj' | 'group' | 'mask' | 'other';
  /** The uid of `user`, the gid of `group`; absent otherwise. */
  readonly id?: number;
  /** Bits rwx: 4, 2, 1. */
  readonly perms: number;
}

/** The POSIX ACLs of a file. */
export interface VfsPosixAcl {
  /** Absent: the permission bits alone decide. */
  readonly access?: readonly VfsAclEntry[] | undefined;
  /** What new entries of a directory get; absent if there is none. */
  readonly default?: readonly VfsAclEntry[] | undefined;
}

/** What POSIX is to say of a file's access from now on, beside its descriptor. */
export interface VfsPosixWish {
  /** `user-obj`, `group-obj` and `other`; with a `mask` also named users and groups. */
  readonly access: readonly VfsAclEntry[];
  /** For a directory; [] if new entries get none. Absent: stays as it is. */
  readonly default?: readonly VfsAclEntry[] | undefined;
  /**
   * A new owner or group. The file keeps its own if the system does not let this process set it.
   */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /**
   * Refuses as `access-denied` what the system does not let the handle's user do to the bits or the
   * ACL. If false, the descriptor is stored all the same.
   */
  readonly isRequired: boolean;
}
