import { createHash } from 'node:crypto';
import { CodecError, Reader, Writer } from '@tsmbd/ms-dtyp';
import type { VfsAclEntry } from '../vfs.ts';

/** The extended attributes through which the system shows POSIX ACLs, acl(5). */
export const POSIX_ACL = { access: 'system.posix_acl_access', default: 'system.posix_acl_default' } as const;

/** The version of their values: struct posix_acl_xattr_header of <linux/posix_acl_xattr.h>. */
const VERSION = 2;
/** The id of an entry that names nobody. */
const NO_ID = 0xffff_ffff;
/** Tags of entries: in the system's attributes, and in what Samba hashes. */
const TAGS: Readonly<Record<VfsAclEntry['tag'], { readonly system: number; readonly samba: number }>> = {
  'user-obj': { system: 0x01, samba: 2 },
  user: { system: 0x02, samba: 1 },
  'group-obj': { system: 0x04, samba: 4 },
  group: { system: 0x08, samba: 3 },
  mask: { system: 0x10, samba: 6 },
  other: { system: 0x20, samba: 5 },
};
const TAG_OF: ReadonlyMap<number, VfsAclEntry['tag']> = new Map(
  Object.entries(TAGS).map(([tag, { system }]) => [system, tag as VfsAclEntry['tag']]),
);
/** The order in which the system wants the entries; named ones by their ids. */
const ORDER = Object.keys(TAGS) as VfsAclEntry['tag'][];

/** The entries of such an attribute; undefined if the value is none that Linux makes. */
export function parsePosixAcl(value: Uint8Array): VfsAclEntry[] | undefined {
  try {
    const r = new Reader(value, 'posix_acl');
    if (r.u32('a_version') !== VERSION) return undefined;
    const entries: VfsAclEntry[] = [];
    while (r.remaining > 0) {
      const tag = TAG_OF.get(r.u16('e_tag'));
      const perms = r.u16('e_perm') & 7;
      const id = r.u32('e_id');
      if (tag === undefined) return undefined;
      entries.push(tag === 'user' || tag === 'group' ? { tag, id, perms } : { tag, perms });
    }
    return entries;
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** The value of such an attribute, its entries in the order that the system wants. */
export function encodePosixAcl(entries: readonly VfsAclEntry[]): Uint8Array {
  const w = new Writer(4 + 8 * entries.length);
  w.u32(VERSION);
  const sorted = [...entries].sort(
    (a, b) => ORDER.indexOf(a.tag) - ORDER.indexOf(b.tag) || (a.id ?? NO_ID) - (b.id ?? NO_ID),
  );
  for (const { tag, id, perms } of sorted) {
    w.u16(TAGS[tag].system);
    w.u16(perms);
    w.u32(id ?? NO_ID);
  }
  return w.result();
}

/** The three entries that permission bits stand for. */
export function entriesOfMode(mode: number): VfsAclEntry[] {
  return [
    { tag: 'user-obj', perms: (mode >> 6) & 7 },
    { tag: 'group-obj', perms: (mode >> 3) & 7 },
    { tag: 'other', perms: mode & 7 },
  ];
}

/** What POSIX says of a file's access: what the hash in NTACL is a hash of. */
export interface PosixAccess {
  readonly uid: number;
  readonly gid: number;
  /** With the bits of the file's type. */
  readonly mode: number;
  readonly access: readonly VfsAclEntry[] | undefined;
  readonly default: readonly VfsAclEntry[] | undefined;
}

/**
 * SHA-256 of the POSIX access as Samba serializes it (`smb_acl_wrapper`, NDR): references to the
 * two lists, owner, group, mode, the lists. Samba asks its library for the list of a file that has
 * only permission bits and gets three entries. ksmbd takes no list for that (`bare`).
 */
export function hashOfPosixAccess(posix: PosixAccess, bare = false): Uint8Array {
  const access = posix.access ?? (bare ? undefined : entriesOfMode(posix.mode));
  const w = new Writer(256);
  let referent = 0x0002_0000;
  for (const list of [access, posix.default]) {
    w.u32(list === undefined ? 0 : referent);
    if (list !== undefined) referent += 4;
  }
  w.u64(BigInt(posix.uid));
  w.u64(BigInt(posix.gid));
  w.u32(posix.mode);
  if (access !== undefined) writeEntries(w, access);
  if (posix.default !== undefined) writeEntries(w, posix.default);
  return createHash('sha256').update(w.result()).digest();
}

/**
 * `smb_acl_t`: the count twice (the first is that of the conformant array), `next`, the entries.
 */
function writeEntries(w: Writer, entries: readonly VfsAclEntry[]): void {
  w.u32(entries.length);
  w.align(8);
  w.u32(entries.length);
  w.u32(0);
  for (const { tag, id, perms } of entries) {
    w.align(8);
    w.u16(TAGS[tag].samba);
    w.u16(TAGS[tag].samba);
    if (id !== undefined) {
      w.align(8);
      w.u64(BigInt(id));
    }
    w.u32(perms);
  }
}
