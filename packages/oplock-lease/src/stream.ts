import { conflicts, hasSharedRights, SharedRights } from './access.ts';
import { type CloseResult, lastClose } from './close.ts';
import type { CloseStreamCommand, FileEffect, OpenCommand, OpenStreamCommand, Outcome } from './commands.ts';
import { linkFor, linkForbids } from './links.ts';
import { moveLocks } from './lock-table.ts';
import type { FileState, OpenState } from './state.ts';

/*
 * A named stream is opened, shared, cached and locked by itself, in a state of its own. It has only
 * the name in common with its file. The rules here are about that name. [MS-FSA] 2.1.5.1.2, 2.1.5.5
 */

export type OpenStreamResult = 'granted' | 'delete-pending';

/**
 * A stream of the file has been opened. This is refused if the file is to be deleted. [MS-FSA]
 * 2.1.5.1.2
 */
export function applyOpenStream(file: FileState, command: OpenStreamCommand): OpenStreamResult {
  if (linkForbids(file, command)) return 'delete-pending';
  file.streamOpens.set(command.open, { share: command.share, link: linkFor(file, command) });
  return 'granted';
}

/**
 * An open of a stream is gone. With the last open of any kind, the file's name is deleted if it has
 * to be. [MS-FSA] 2.1.5.5 phase 3
 */
export function applyCloseStream(file: FileState, command: CloseStreamCommand): Outcome<CloseResult> {
  const open = file.streamOpens.get(command.open);
  if (open === undefined) return { result: { last: false, deleteNow: false, link: '' }, effects: [] };
  file.streamOpens.delete(command.open);
  return { result: lastClose(file, open.link, command.hold === true), effects: [] };
}

/**
 * A file is deleted together with its streams. So an open that may delete the file conflicts with
 * opens of streams that do not share deletion. Deleting a stream does not delete the file, so the
 * share modes of the file's opens do not matter for that. [MS-FSA] 2.1.5.1.2.1
 */
export function streamsForbid(file: FileState, { access }: OpenCommand): boolean {
  if (file.streamOpens.size === 0 || (access & SharedRights.DELETE) === 0) return false;
  for (const { share } of file.streamOpens.values()) if (conflicts(SharedRights.DELETE, share)) return true;
  return false;
}

/**
 * What a stream's open shares with opens that would delete the file. If it has none of the rights
 * that need sharing, it shares all.
 */
export function sharedByStream({ access, share }: Pick<OpenState, 'access' | 'share'>): number {
  return hasSharedRights(access) ? share : SHARE_ALL;
}

/**
 * The opposite case: an open of a stream that does not share the deletion of the stream, and so not
 * of the file either, is refused while another open may delete the file. [MS-FSA] 2.1.5.1.2.1.
 * Every open of a stream is refused while the file's name is being removed.
 */
export function fileForbids(file: Readonly<FileState>, { access, share }: OpenCommand): boolean {
  const sharesDeletion = !hasSharedRights(access) || !conflicts(SharedRights.DELETE, share);
  for (const open of file.opens.values()) {
    if (open.alone === true || (!sharesDeletion && (open.access & SharedRights.DELETE) !== 0)) return true;
  }
  return false;
}

const SHARE_ALL = 7;

/**
 * The unnamed stream of a file was given a name, or a named stream has become the unnamed one. Its
 * opens, with what they cache and have locked, now belong to another state, in which nobody has
 * anything. Requests that waited here ask again, in the state that the stream has by then. [MS-FSA]
 * 2.1.5.15.11.1
 */
export function moveOpens(from: FileState, to: FileState): readonly FileEffect[] {
  for (const [id, open] of from.opens) to.opens.set(id, open);
  for (const [id, lease] of from.leases) to.leases.set(id, lease);
  from.opens.clear();
  from.leases.clear();
  moveLocks(from, to);
  const retries = from.waiting.map((waiter) => ({ type: 'retry', waiter }) as const);
  from.waiting = [];
  return retries;
}
