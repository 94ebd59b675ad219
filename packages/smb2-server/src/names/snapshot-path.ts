import { type Filetime, unixNsFromFiletime } from '@tsmbd/ms-dtyp';
import { NtStatus } from '@tsmbd/smb2-codec';
import { snapshotName, snapshotTime, type VfsPath } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';
import { StatusError } from '../errors.ts';

/**
 * The path of a file as it was at a time. The time comes with a create context, [MS-SMB2]
 * 3.3.5.9.7, or with a name in the path, which clients may put anywhere: `dir\\@GMT-…\\file` is
 * `file` in `dir` as it was then. In the engine, such paths begin with the snapshot's name.
 */
export function snapshotPath({ vfs }: Share, path: VfsPath, wanted: Filetime | undefined): VfsPath {
  if (vfs?.snapshots === undefined) {
    if (wanted === undefined) return path;
    throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'the share has no snapshots');
  }
  const at = path.findIndex(isSnapshotName);
  if (at < 0 && wanted === undefined) return path;
  const rest = path.filter((_, i) => i !== at);
  if (rest.some(isSnapshotName) || (at >= 0 && wanted !== undefined)) {
    throw new StatusError(NtStatus.STATUS_OBJECT_NAME_INVALID, 'several snapshots at once');
  }
  return [wanted === undefined ? path[at]!.toUpperCase() : nameOf(wanted), ...rest];
}

/** Whether a name is one that a share with snapshots has for a snapshot. */
export function isSnapshotName(name: string): boolean {
  return snapshotTime(name) !== undefined;
}

/** The path as clients are shown it: as it was, without the snapshot's name. */
export function withoutSnapshot(path: VfsPath): VfsPath {
  return path[0]?.startsWith(SNAPSHOT) === true && isSnapshotName(path[0]) ? path.slice(1) : path;
}

const SNAPSHOT = '@GMT-';

function nameOf(time: Filetime): string {
  const seconds = Number(unixNsFromFiletime(time) / 1_000_000_000n);
  // What is before 1970 or after 9999 has no name.
  if (seconds >= 0 && seconds < 253_402_300_800) return snapshotName(seconds);
  throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'no snapshot of that time');
}
