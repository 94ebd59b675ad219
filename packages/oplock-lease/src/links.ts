import type { SetDeletePendingCommand, SetLinkCommand } from './commands.ts';
import type { FileState, LinkId, OpenId } from './state.ts';

/*
 * A file may have several names. Which of them is to go is said of the one that was opened; all
 * else is the file's, by whatever name it was opened. [MS-FSA] 2.1.1.5 Link.IsDeleted
 */

/** How an open names what it opens, as in OpenCommand. */
export interface AskedLink {
  readonly link?: LinkId | undefined;
  readonly isOnlyLink?: boolean | undefined;
}

/** Whether the name is to go with its last open, is going, or has gone already. */
export function isDeletedLink(file: Readonly<FileState>, link: LinkId = ''): boolean {
  return file.deletedLinks.has(link);
}

/**
 * Whether the name through which this open was made, of the file or of a stream of it, is to go.
 */
export function isDeletePending(file: Readonly<FileState>, open: OpenId): boolean {
  const link = linkOf(file, open);
  return link !== undefined && file.deletedLinks.has(link);
}

/** The name that an open was made through, of the file or of a stream of it. */
export function linkOf(file: Readonly<FileState>, open: OpenId): LinkId | undefined {
  return file.opens.get(open)?.link ?? file.streamOpens.get(open)?.link;
}

/** Names that the file still has and is to lose. */
export function pendingLinks(file: Readonly<FileState>): number {
  let count = 0;
  for (const fate of file.deletedLinks.values()) if (fate !== 'gone') count += 1;
  return count;
}

/** Nobody opens a file by a name that is to go. [MS-FSA] 2.1.5.1.2 */
export function linkForbids(file: Readonly<FileState>, asked: AskedLink): boolean {
  if (file.deletedLinks.size === 0) return false;
  const fate = file.deletedLinks.get(linkFor(file, asked));
  return fate === 'pending' || fate === 'deleting';
}

/**
 * The name that an open is of: where the file has but one, that of the opens that there are,
 * however they spell it.
 */
export function linkFor(file: Readonly<FileState>, asked: AskedLink): LinkId {
  const { link = '' } = asked;
  if (asked.isOnlyLink !== true) return link;
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

/** Has anybody the file, or a stream of it, open by this name? */
export function hasOpens(file: Readonly<FileState>, link: LinkId): boolean {
  for (const open of file.opens.values()) if (open.link === link) return true;
  for (const open of file.streamOpens.values()) if (open.link === link) return true;
  return false;
}

/** FileDispositionInformation sets or clears for all opens of the name, [MS-FSA] 2.1.5.15.3. */
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
 * `delete-pending`: nobody opens the file by that name; the open is still of the one that it was
 * of.
 */
export type SetLinkResult = 'set' | 'delete-pending';

/** An open was made by a name that the file had lost to another by then. */
export function applySetLink(file: FileState, command: SetLinkCommand): SetLinkResult {
  const open = file.opens.get(command.open) ?? file.streamOpens.get(command.open);
  if (open === undefined) return 'set';
  if (linkForbids(file, command)) return 'delete-pending';
  open.link = linkFor(file, command);
  return 'set';
}

/** The file was renamed: what was opened by one name has the other. */
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
 * The name has gone while it is open: whoever has it open has it deleted, and it does not go once
 * more with the last of them. What gets the name from now on is something else. [MS-FSCC] 2.4.12
 */
export function applyLinkGone(file: FileState, link: LinkId): void {
  let gone = `${link}\0`;
  while (hasOpens(file, gone)) gone += '\0';
  applyMoveLink(file, link, gone);
  file.deletedLinks.set(gone, 'gone');
}
