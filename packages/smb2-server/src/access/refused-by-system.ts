import { AccessMask } from '@tsmbd/smb2-codec';
import { VfsError, type VfsOpenOptions } from '@tsmbd/vfs-adapter';
import { grantExisting, type Opening } from './create.ts';
import { openAs } from './open-as.ts';

/**
 * The system has not opened the file's data for the user, and says no more than that it refuses.
 * Throws what the rules say of the file, so that the log and the administrator learn which entry or
 * bit denies it. If they deny nothing, or the user cannot even look at the file, throws the
 * system's own error.
 */
export async function refusedBySystem(
  opening: Opening,
  options: Omit<VfsOpenOptions, 'disposition'>,
  error: unknown,
): Promise<never> {
  if (!(error instanceof VfsError && error.code === 'access-denied')) throw error;
  const { tree, path, access } = opening;
  try {
    const { handle } = await openAs(tree, path, { ...options, data: 'none', disposition: 'open' });
    try {
      await grantExisting({ ...opening, access: access & ~AccessMask.MAXIMUM_ALLOWED }, handle, await handle.stat());
    } finally {
      await handle.close();
    }
  } catch (another) {
    if (!(another instanceof VfsError)) throw another;
  }
  throw error;
}
