import type { Change } from '../differences.ts';
import { folded, readName } from '../name.ts';
import type { ShareName, User } from '../people.ts';
import { Right } from '../rights.ts';
import { find, type NodeState } from '../snapshot.ts';
import { byDeletion } from './content.ts';
import type { Deed } from './deed.ts';
import type { Refusal } from './finding.ts';
import { isReadOnly, rights, targetOf } from './world.ts';

type NameChange = Extract<Change, { readonly parent: bigint }>;

/** Judges names that appeared and names that disappeared. */
export function judgeNames(change: NameChange, deed: Deed): Refusal | undefined {
  return change.what === 'name-made' ? judgeMade(change, deed) : judgeGone(change, deed);
}

function judgeMade(change: NameChange, deed: Deed): Refusal | undefined {
  const { step, before, open, user, after } = deed;
  const { directory } = after.nodes.get(change.inode)!;
  const parent = before.nodes.get(change.parent);
  const needed = directory ? Right.ADD_SUBDIRECTORY : Right.ADD_FILE;
  const share = step.do === 'create' ? step.share : open!.share;
  if (parent === undefined || (rights(parent, user, share) & needed) === 0) {
    return { kind: 'name-made-without-right', missing: `${directory ? 'ADD_SUBDIRECTORY' : 'ADD_FILE'} on the folder` };
  }
  if (step.do === 'create') {
    const isNew = !before.nodes.has(change.inode);
    return isNew && isTheName(change, targetOf(step, before).path, parent, deed) ? undefined : NOT_NAMED;
  }
  if ((step.do !== 'rename' && step.do !== 'link') || open!.inode !== change.inode) return NOT_NAMED;
  if (!isTheName(change, readName(step.to).path, parent, deed)) return NOT_NAMED;
  if (step.do === 'rename') return renames(deed);
  return mayLink(deed) ? undefined : { kind: 'linked-without-right', missing: 'WRITE_ATTRIBUTES on the file' };
}

/**
 * A new link changes the file's number of names. Like smbd, the model requires a right to the file,
 * whatever the open was made for.
 */
function mayLink({ open, before, user }: Deed): boolean {
  const node = before.nodes.get(open!.inode);
  const may = node === undefined ? 0 : rights(node, user, open!.share);
  return ((may | open!.rights) & Right.WRITE_ATTRIBUTES) !== 0;
}

const NOT_NAMED: Refusal = { kind: 'name-made-without-right', missing: 'its name in the request' };

function isTheName({ name }: NameChange, path: readonly string[], parent: NodeState, { before }: Deed): boolean {
  return folded(path.at(-1) ?? '') === folded(name) && find(before, path.slice(0, -1))?.inode === parent.inode;
}

function renames({ open }: Deed): Refusal | undefined {
  return (open!.rights & Right.DELETE) !== 0
    ? undefined
    : { kind: 'renamed-without-right', missing: 'DELETE on the open' };
}

function judgeGone(change: NameChange, deed: Deed): Refusal | undefined {
  const { step, changes, open, before } = deed;
  if (step.do === 'rename' && open!.inode === change.inode) {
    const isMoved = changes.some((other) => other.what === 'name-made' && other.inode === change.inode);
    // A rename to another name that the file already has. Only one of the two names is left then.
    if (isMoved || find(before, readName(step.to).path)?.inode === change.inode) return renames(deed);
  }
  if (step.do === 'rename' || step.do === 'link') return judgeReplaced(change, step.replace, deed);
  return byDeletion(change.inode, '', deed);
}

/**
 * Another file got this name: the user must have the right to delete the file that had it. [MS-FSA]
 * 2.1.5.15.11
 */
function judgeReplaced(change: NameChange, replace: boolean, deed: Deed): Refusal | undefined {
  const { before, changes, open, user } = deed;
  const kind = 'replaced-without-right';
  const isReplaced = changes.some(
    (other) =>
      other.what === 'name-made' && other.parent === change.parent && folded(other.name) === folded(change.name),
  );
  if (!isReplaced || !replace) return { kind, missing: 'ReplaceIfExists' };
  const node = before.nodes.get(change.inode)!;
  if (node.directory) return { kind, missing: 'a file, not a folder' };
  if (isReadOnly(node)) return { kind, missing: 'no READONLY attribute' };
  const parent = before.nodes.get(change.parent)!;
  return mayReplace(node, parent, user, open!.share)
    ? undefined
    : { kind, missing: 'DELETE on the target, or DELETE_CHILD on its folder' };
}

function mayReplace(node: NodeState, parent: NodeState, user: User, share: ShareName): boolean {
  return (rights(node, user, share) & Right.DELETE) !== 0 || (rights(parent, user, share) & Right.DELETE_CHILD) !== 0;
}

/**
 * A file has the name that the open's file is to get. It is the same file, or a file that may be
 * replaced and that was moved aside for a folder that could not take its place. That file and its
 * folder are touched, whatever the result was.
 */
export function isTouchedByName(inode: bigint, deed: Deed): boolean {
  const { step, open, before, user } = deed;
  if (step.do !== 'rename' && step.do !== 'link') return false;
  if (step.do === 'rename' ? (open!.rights & Right.DELETE) === 0 : !mayLink(deed)) return false;
  const { path } = readName(step.to);
  const folder = find(before, path.slice(0, -1));
  const node = find(before, path);
  if (folder === undefined || node === undefined || (inode !== folder.inode && inode !== node.inode)) return false;
  const isOwn = node.inode === open!.inode;
  if (!isOwn && (!step.replace || isReadOnly(node) || !mayReplace(node, folder, user, open!.share))) return false;
  const needed = before.nodes.get(open!.inode)?.directory === true ? Right.ADD_SUBDIRECTORY : Right.ADD_FILE;
  return (rights(folder, user, open!.share) & needed) !== 0;
}
