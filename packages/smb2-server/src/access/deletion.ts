import { AccessMask, FileAttributes, NtStatus } from '@tsmbd/smb2-codec';
import type { VfsHandle, VfsPath, VfsStat } from '@tsmbd/vfs-adapter';
import { StatusError } from '../errors.ts';
import type { TreeConnect } from '../model/index.ts';
import { fileRights, grant, parentRights } from './rights.ts';

/** What is to lose its name. */
export interface Doomed {
  readonly stat: VfsStat;
  /** Path of its file from the share's root. */
  readonly path: VfsPath;
  /** It is a named stream. */
  readonly isStream: boolean;
}

/**
 * The share's root is never deleted, though its streams may be, and neither is a read-only file, or
 * a stream of one: STATUS_CANNOT_DELETE. [MS-FSA] 2.1.5.1.2.1, 2.1.5.15.3
 *
 * @param ignoresReadOnly FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE, of an Open that could clear
 *   the attribute
 */
export function requireDeletable({ stat, path, isStream }: Doomed, ignoresReadOnly = false): void {
  if (path.length === 0 && !isStream) throw new StatusError(NtStatus.STATUS_CANNOT_DELETE, "the share's root");
  if ((stat.attributes & FileAttributes.READONLY) !== 0 && !ignoresReadOnly) {
    throw new StatusError(NtStatus.STATUS_CANNOT_DELETE, 'read-only file');
  }
}

/**
 * A file whose name another is to get must be the user's to delete, and is not read-only:
 * STATUS_ACCESS_DENIED. [MS-FSA] 2.1.5.15.6, 2.1.5.15.11
 */
export async function requireReplaceable(tree: TreeConnect, handle: VfsHandle, path: VfsPath): Promise<void> {
  const stat = await handle.stat();
  if ((stat.attributes & FileAttributes.READONLY) !== 0) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'the target is read-only');
  }
  await grant(AccessMask.DELETE, await fileRights(tree, handle, stat), () => parentRights(tree, path));
}
