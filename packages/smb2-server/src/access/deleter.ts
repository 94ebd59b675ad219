import type { Engine, FileOpen } from '../model/index.ts';
import { unixUser } from './open-as.ts';

/**
 * The open's user has asked that the file or stream be deleted, and was allowed to. It goes with
 * the last open, which may be another user's; it is removed as the user who asked.
 */
export function noteDeleter(server: Engine, open: FileOpen): void {
  const identity = unixUser(open.tree);
  if (identity === undefined) server.deleters.delete(open.handle.identity);
  else server.deleters.set(open.handle.identity, identity);
}
