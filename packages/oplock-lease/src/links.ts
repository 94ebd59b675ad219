import type { SetDeletePendingCommand, SetLinkCommand } from './commands.ts';
import type { FileState, LinkId, OpenId } from './state.ts';

/*
 * A file may have several names. Only the name that was opened is marked for deletion. All other
 * state belongs to the file, by whichever name it was opened. [MS-FSA] 2.1.1.5 Link.IsDeleted
 */

/** The name that an open uses, as in OpenCommand. */
export interface AskedLink {
  readonly link?: LinkId | undefined;
  readonly isOnlyLink?: boolean | undefined;
}

/**
 * Whether the name is to be deleted with its last open, is being deleted, or has been deleted
 * already.
 */
export function isDeletedLink(file: Readonly<FileState>, link: LinkId = ''): boolean {
  return file.deletedLinks.has(link);
}

/**
 * Whether the name through which this open was made, of the file or of a stream of it, is to be
 * deleted.
 */
export function isDeletePending(file: Readonly<FileState>, open: OpenId): boolean {
  if (file.deletedLinks.size === 0) return false;
  const link = linkOf(file, open);
  return link !== undefined && file.deletedLinks.has(link);
}

/** The name through which an open was made, of the file or of a stream of it. */
export function linkOf(file: Readonly<FileState>, open: OpenId): LinkId | undefined {
  return file.opens.get(open)?.link ?? file.streamOpens.get(open)?.link;
}

/** How many names the file still has that are to be deleted. */
export function pendingLinks(file: Readonly<FileState>): number {
  if (file.deletedLinks.size === 0) return 0;
  let count = 0;
  for (const fate of file.deletedLinks.values()) if (fate !== 'gone') count += 1;
  return count;
}

/** Whether an open by this name is refused because the name is to be deleted. [MS-FSA] 2.1.5.1.2 */
export function linkForbids(file: Readonly<FileState>, asked: AskedLink): boolean {
  if (file.deletedLinks.size === 0) return false;
  const fate = file.deletedLinks.get(linkFor(file, asked));
  return fate === 'pending' || fate === 'deleting';
}

/**
 * The name that an open belongs to. If the file has only one name, that is the name of the existing
 * opens, however they spell it.
 */
export function linkFor(file: Readonly<FileState>, asked: AskedLink): LinkId {
  const { link = '' } = asked;
  if (asked.isOnlyLink !== true) return link;
  if (file.opens.size === 0 && file.streamOpens.size === 0 && file.deletedLinks.size === 0) return link;
  let known: LinkId | undefined;
  for (const each of [file.opens, file.streamOpens]) {
    for (const open of each.values()) {
      if (open.link === link) return link;
      if (file.deletedLinks.get(open.link) !== 'gone') known = open.link;
    }
  }
  for (const [each, fate] of file.deletedLinks) if (fate === 'deleting') known ??= each;
  return known ?? link;
}

/** Whether the file, or a stream of it, is open by this name. */
export function hasOpens(file: Readonly<FileState>, link: LinkId): boolean {
  for (const open of file.opens.values()) if (open.link === link) return true;
  for (const open of file.streamOpens.values()) if (open.link === link) return true;
  return false;
}

/** FileDispositionInformation is set or cleared for all opens of the name, [MS-FSA] 2.1.5.15.3. */
export function applySetDeletePending(file: FileState, { open, deletePending }: SetDeletePendingCommand): void {
  const own = file.opens.get(open);
  if (own === undefined) return;
  if (deletePending) markDeleted(file, own.link);
  else if (file.deletedLinks.get(own.link) === 'pending') file.deletedLinks.delete(own.link);
}

export function markDeleted(file: FileState, link: LinkId): void {
  if (!file.deletedLinks.has(link)) file.deletedLinks.set(link, 'pending');
}

/**
 * `delete-pending`: the file cannot be opened by that name; the open keeps the name that it had.
 */
export type SetLinkResult = 'set' | 'delete-pending';

/** An open was made by a name that, by then, the file had exchanged for another. */
export function applySetLink(file: FileState, command: SetLinkCommand): SetLinkResult {
  const open = file.opens.get(command.open) ?? file.streamOpens.get(command.open);
  if (open === undefined) return 'set';
  if (linkForbids(file, command)) return 'delete-pending';
  open.link = linkFor(file, command);
  return 'set';
}

/** The file was renamed: opens by the name `from` now have the name `to`. */
export function applyMoveLink(file: FileState, from: LinkId, to: LinkId): void {
  if (from === to) return;
  for (const each of [file.opens, file.streamOpens]) {
    for (const open of each.values()) if (open.link === from) open.link = to;
  }
  const fate = file.deletedLinks.get(from);
  file.deletedLinks.delete(from);
  if (fate !== undefined) file.deletedLinks.set(to, fate);
}

/**
 * The name was removed while it is open. For its opens the file is deleted, and the name is not
 * removed again with the last of them. A file that gets this name from now on is a different one.
 * [MS-FSCC] 2.4.12
 */
export function applyLinkGone(file: FileState, link: LinkId): void {
  let gone = `${link}\0`;
  while (hasOpens(file, gone)) gone += '\0';
  applyMoveLink(file, link, gone);
  file.deletedLinks.set(gone, 'gone');
}
