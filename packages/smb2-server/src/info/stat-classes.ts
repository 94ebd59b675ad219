import { type FileStatInformation, type FileStatLxInformation, LxFlags, NtStatus } from '@tsmbd/smb2-codec';
import { chain, type MaybePromise, type VfsStat } from '@tsmbd/vfs-adapter';
import { fileRights } from '../access/index.ts';
import { StatusError } from '../errors.ts';
import { fileIdOf, networkOpenValues } from '../metadata/index.ts';
import type { FileOpen } from '../model/index.ts';

/** FileStatInformation, [MS-FSCC] 2.4. */
export function statValues(open: FileOpen, stat: VfsStat, links: number): MaybePromise<FileStatInformation> {
  const values = networkOpenValues(stat, open.tree.share, open.path.at(-1), open.reserved);
  return chain(fileRights(open.tree, open.handle, stat), ({ maximal }) => ({
    ...values,
    fileId: fileIdOf(stat),
    reparseTag: stat.kind === 'symlink' ? SYMLINK_TAG : 0,
    numberOfLinks: links,
    effectiveAccess: maximal,
  }));
}

/** FileStatLxInformation, [MS-FSCC] 2.4. A back end without users of POSIX knows none of it. */
export function statLxValues(open: FileOpen, stat: VfsStat, links: number): MaybePromise<FileStatLxInformation> {
  const { kind, uid, gid, mode } = stat;
  const isKnown = uid >= 0 && gid >= 0;
  const isSensitive = kind === 'directory' && open.tree.share.vfs!.features.caseSensitive;
  return chain(statValues(open, stat, links), (values) => ({
    ...values,
    lxFlags:
      (isKnown ? LxFlags.HAS_UID | LxFlags.HAS_GID | LxFlags.HAS_MODE : 0) |
      (isSensitive ? LxFlags.CASE_SENSITIVE_DIR : 0),
    lxUid: isKnown ? uid : 0,
    lxGid: isKnown ? gid : 0,
    lxMode: isKnown ? (mode & PERMISSIONS) | TYPES[kind] : 0,
    lxDeviceIdMajor: 0,
    lxDeviceIdMinor: 0,
  }));
}

/** FileCaseSensitiveInformation, [MS-FSCC] 2.4: 1 if names in the directory differ by case. */
export function caseFlags(open: FileOpen): number {
  if (open.handle.kind !== 'directory') throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'not a directory');
  return open.tree.share.vfs!.features.caseSensitive ? 1 : 0;
}

/** The rule is the share's, and no client can change it for one directory. */
export function setCaseFlags(flags: number, open: FileOpen): void {
  if ((flags & ~1) !== 0) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, `flags 0x${flags.toString(16)}`);
  if (flags !== caseFlags(open)) throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, "the share's rule holds");
}

/** IO_REPARSE_TAG_SYMLINK, [MS-FSCC] 2.1.2.1. */
export const SYMLINK_TAG = 0xa000_000c;
const PERMISSIONS = 0o7777;
/** S_IFMT of stat(2). */
const TYPES = { file: 0o100_000, directory: 0o040_000, symlink: 0o120_000, other: 0 } as const;
