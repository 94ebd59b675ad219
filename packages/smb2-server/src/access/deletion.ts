import { AccessMask, FileAttributes, NtStatus } from '@tsmbd/smb2-codec';
import type { VfsHandle, VfsPath, VfsStat } from '@tsmbd/vfs-adapter';
import { type Denial, StatusError } from '../errors.ts';
import type { TreeConnect } from '../model/index.ts';
import { fileRights, grant, parentRights } from './rights.ts';

/** A file, directory or stream whose name is to be removed. */
export interface Doomed {
  readonly stat: VfsStat;
  /** Path of the file from the share's root. For a stream, this is the path of its file. */
  readonly path: VfsPath;
  /** Whether it is a named stream. */
  readonly isStream: boolean;
}

/**
 * Throws STATUS_CANNOT_DELETE for the share's root, which is never deleted (its streams may be),
 * for a read-only file, and for a stream of a read-only file. [MS-FSA] 2.1.5.1.2.1, 2.1.5.15.3
 *
 * @param ignoresReadOnly FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE, of an Open that could clear
 *   the attribute
 */
export function requireDeletable({ stat, path, isStream }: Doomed, ignoresReadOnly = false): void {
  if (path.length === 0 && !isStream) throw new StatusError(NtStatus.STATUS_CANNOT_DELETE, "the share's root");
  if ((stat.attributes & FileAttributes.READONLY) !== 0 && !ignoresReadOnly) {
    throw new StatusError(NtStatus.STATUS_CANNOT_DELETE, 'read-only file', { denial: READ_ONLY_FILE });
  }
}

/**
 * Checks a file whose name is about to be given to another file: the user must be allowed to delete
 * it, and it must not be read-only. Throws STATUS_ACCESS_DENIED. [MS-FSA] 2.1.5.15.6, 2.1.5.15.11
 */
export async function requireReplaceable(tree: TreeConnect, handle: VfsHandle, path: VfsPath): Promise<void> {
  const stat = await handle.stat();
  if ((stat.attributes & FileAttributes.READONLY) !== 0) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'the target is read-only', { denial: READ_ONLY_FILE });
  }
  await grant(tree, AccessMask.DELETE, await fileRights(tree, handle, stat), () => parentRights(tree, path));
}

/** The attribute keeps a file's data and names as they are. */
export const READ_ONLY_FILE: Denial = {
  rule: 'attribute',
  because: 'the file has the attribute READONLY',
  remedy: ({ share, remote, user }) => `smbclient //SERVER/${share} -U ${user} -c 'setmode "${remote}" -r'`,
};
