import type { VfsHandle } from '@tsmbd/vfs-adapter';
import { isRefusal } from '../errors.ts';
import { claimAlone } from '../info/index.ts';
import type { Engine } from '../model/index.ts';

/**
 * Removes the file or stream that a failed CREATE had made. If somebody else has it open by now, it
 * stays and belongs to them. Nobody can open it while it is being removed, and a client that was
 * about to open it looks at the name again.
 */
export async function removeMade(handle: VfsHandle, server: Engine): Promise<void> {
  if (server.authority.peek(handle.identity) !== undefined) return;
  // Another worker is the file's home: somebody has opened the file there.
  if (server.workers?.elsewhere(handle.file?.identity ?? handle.identity) !== undefined) return;
  const release = claimAlone(handle.identity, server);
  try {
    await handle.unlink();
    server.count('removals');
  } catch (error) {
    // Somebody else was faster, or the back end fails. The client gets the refusal that made the
    // CREATE fail, not this one.
    if (!isRefusal(error))
      server.env.log('error', 'smb', 'bug: what a CREATE had made could not be removed', { error });
  } finally {
    release();
  }
}
