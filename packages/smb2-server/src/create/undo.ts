import type { VfsHandle } from '@tsmbd/vfs-adapter';
import { isRefusal } from '../errors.ts';
import { claimAlone } from '../info/index.ts';
import type { Engine } from '../model/index.ts';

/**
 * Takes away what was made for a CREATE that failed, a file or a stream, unless somebody has it
 * open by now: it is his then. Nobody opens it while it goes, and whoever was about to looks at the
 * name again.
 */
export async function removeMade(handle: VfsHandle, server: Engine): Promise<void> {
  if (server.authority.peek(handle.identity) !== undefined) return;
  const release = claimAlone(handle.identity, server);
  try {
    await handle.unlink();
    server.removals += 1;
  } catch (error) {
    // Somebody else was faster, or the back end fails: the refusal that brought us here is what
    // counts.
    if (!isRefusal(error))
      server.env.log('error', 'smb', 'bug: what a CREATE had made could not be removed', { error });
  } finally {
    release();
  }
}
