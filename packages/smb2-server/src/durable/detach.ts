import { closeOpen, closeOpenLater } from '../files/index.ts';
import type { Engine, FileOpen, Open } from '../model/index.ts';

/**
 * The Open's session, tree or connection is gone. The Open waits for its client if it was granted
 * that; otherwise it closes. The caller has already removed it from its session's table. [MS-SMB2]
 * 3.3.7.1
 */
export async function detachOrClose(server: Engine, open: Open): Promise<void> {
  if (open.kind === 'file' && !open.closed && keeps(server, open)) detach(server, open);
  else await closeOpen(server, open);
}

/** Whether the file's state lets the open wait for its client. */
function keeps(server: Engine, open: FileOpen): boolean {
  if (open.durable === undefined || server.stopping) return false;
  return server.authority.apply(open.key, { type: 'disconnect', open: open.id }) === 'kept';
}

function detach(server: Engine, open: FileOpen): void {
  const durable = open.durable!;
  durable.disconnected = true;
  open.tree.openCount -= 1;
  open.session.connection.endPendingOf(open, 'open');
  open.watch?.close();
  open.watch = undefined;
  open.enumeration?.cursor.close();
  open.enumeration = undefined;
  waitForClient(server, open);
}

/**
 * Starts the time that a disconnected Open has until its client must be back.
 *
 * @param timeoutMs the time that is left, if some of it has passed
 */
export function waitForClient(server: Engine, open: FileOpen, timeoutMs = open.durable!.timeoutMs): void {
  const { kind } = open.durable!;
  server.env.log('debug', 'smb', 'an open waits for its client', { open: open.id, kind, timeoutMs });
  const cancel = server.env.timer(timeoutMs, () => purge(server, open, 'its client did not come back'));
  const tooMany = server.durables.disconnected(open, cancel);
  if (tooMany !== undefined) purge(server, tooMany, 'too many wait');
}

/** Ends an Open that waits for its client. */
export function purge(server: Engine, open: FileOpen, reason: string): void {
  server.env.log('info', 'smb', 'a disconnected open ends', { open: open.id, reason });
  server.track(closeOpenLater(server, open));
}
