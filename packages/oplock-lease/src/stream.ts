import { conflicts, hasSharedRights, SharedRights } from './access.ts';
import { type CloseResult, lastClose } from './close.ts';
import type { CloseStreamCommand, FileEffect, OpenCommand, OpenStreamCommand, Outcome } from './commands.ts';
import { linkFor, linkForbids } from './links.ts';
import { moveLocks } from './lock-table.ts';
import type { FileState, OpenState } from './state.ts';

/*
 * A named stream is opened, shared, cached and locked by itself, in a state of its own. What it has
 * in common with its file is the name: that is what these rules are about. [MS-FSA] 2.1.5.1.2,
 * 2.1.5.5
 */

export type OpenStreamResult = 'granted' | 'delete-pending';

/**
 * A stream of the file has been opened. Nobody opens one of a file that is to be deleted. [MS-FSA]
 * 2.1.5.1.2
 */
export function applyOpenStream(file: FileState, command: OpenStreamCommand): OpenStreamResult {
  if (linkForbids(file, command)) return 'delete-pending';
  file.streamOpens.set(command.open, { share: command.share, link: linkFor(file, command) });
  return 'granted';
}

/**
 * A stream's open is gone; with the last one of any kind the file's name goes. [MS-FSA] 2.1.5.5
 * phase 3
 */
export function applyCloseStream(file: FileState, command: CloseStreamCommand): Outcome<CloseResult> {
  const open = file.streamOpens.get(command.open);
  if (open === undefined) return { result: { last: false, deleteNow: false, link: '' }, effects: [] };
  file.streamOpens.delete(command.open);
  return { result: lastClose(file, open.link, command.hold === true), effects: [] };
}

/**
 * A file goes with its streams, so whoever may delete it stands against the opens of streams that
 * do not share that; who deletes a stream does not delete the file: the file's opens say nothing
 * about that. [MS-FSA] 2.1.5.1.2.1
 */
export function streamsForbid(file: FileState, { access }: OpenCommand): boolean {
  if (file.streamOpens.size === 0 || (access & SharedRights.DELETE) === 0) return false;
  for (const { share } of file.streamOpens.values()) if (conflicts(SharedRights.DELETE, share)) return true;
  return false;
}

/**
 * What a stream's open leaves to those who would delete the file: all, where it has none of the
 * rights to be shared.
 */
export function sharedByStream({ access, share }: Pick<OpenState, 'access' | 'share'>): number {
  return hasSharedRights(access) ? share : SHARE_ALL;
}

/**
 * The other way round: who opens a stream and does not share the deletion of it, nor then of the
 * file, does not get it while somebody may delete the file. [MS-FSA] 2.1.5.1.2.1. Nor does anybody
 * while the file's name is being taken away.
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
 * The unnamed stream of a file has got a name, or a named one has become the unnamed one: its
 * opens, with what they cache and have locked, belong to another state now, where nobody has
 * anything. Who waited here asks again, in what the stream that he opens is by then. [MS-FSA]
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
