import { type Change, describe, differences } from '../differences.ts';
import { CHANGING, Right } from '../rights.ts';
import { judgeContent } from './content.ts';
import type { Deed } from './deed.ts';
import { judgeDescriptor, judgePosix } from './descriptor.ts';
import type { Finding, Refusal } from './finding.ts';
import { judgeMetadata } from './metadata.ts';
import { isTouchedByName, judgeNames } from './names.ts';
import { judgeNew } from './new-node.ts';
import { type Observation, rights, targetOf } from './world.ts';

/** Every change of a request that nothing in the model allows. */
export function judge(observation: Observation): readonly Finding[] {
  const { step, world, before, after } = observation;
  const changes = differences(before, after);
  if (changes.length === 0) return [];
  const open = step.do === 'create' ? undefined : world.opens.get(step.on);
  const user = step.do === 'create' ? step.user : open!.user;
  const deed: Deed = { ...observation, user, open, changes };
  const findings: Finding[] = [];
  const rightful = new Set<bigint>();
  for (const change of changes) {
    if (isOfTimes(change)) continue;
    const refusal = judgeOne(change, deed);
    if (refusal !== undefined) findings.push(findingOf(refusal, change, deed));
    rightful.add(change.inode);
    if ('parent' in change) rightful.add(change.parent);
  }
  for (const change of changes) {
    if (!isOfTimes(change) || rightful.has(change.inode)) continue;
    const refusal = judgeTime(change, deed);
    if (refusal !== undefined) findings.push(findingOf(refusal, change, deed));
  }
  return findings;
}

function judgeOne(change: Change, deed: Deed): Refusal | undefined {
  switch (change.what) {
    case 'content':
    case 'allocation':
    case 'stream-made':
    case 'stream-gone':
    case 'stream-changed':
      return judgeContent(change, deed);
    case 'name-made':
    case 'name-gone':
      return judgeNames(change, deed) ?? (change.what === 'name-made' ? judgeNew(change, deed) : undefined);
    case 'descriptor':
      return judgeDescriptor(change, deed);
    case 'posix':
      return judgePosix(change, deed);
    default:
      return judgeMetadata(change, deed);
  }
}

/** Times follow from any other change. */
function isOfTimes({ what }: Change): boolean {
  return what === 'write-time' || what === 'change-time';
}

/** A change that leaves a file as it is touches it too, if the open may change anything. */
function judgeTime(change: Change, deed: Deed): Refusal | undefined {
  const { open } = deed;
  const touches = change.what === 'change-time' && open?.inode === change.inode && (open.rights & CHANGING) !== 0;
  if (touches || isTouchedByName(change.inode, deed) || isMadeAndRemoved(change, deed)) return undefined;
  return judgeMetadata(change, deed);
}

/**
 * A file that was made for a CREATE that failed in the end has been removed again: its folder was
 * touched.
 */
function isMadeAndRemoved({ inode }: Change, { step, before, status }: Deed): boolean {
  if (step.do !== 'create' || status === 0) return false;
  const { node, parent } = targetOf(step, before);
  if (node !== undefined || parent?.inode !== inode) return false;
  return (rights(parent, step.user, step.share) & (Right.ADD_FILE | Right.ADD_SUBDIRECTORY)) !== 0;
}

function findingOf({ kind, missing }: Refusal, change: Change, deed: Deed): Finding {
  const { user, before, after, open } = deed;
  const made = open?.madeStream === true && open.inode === change.inode;
  return {
    kind: made ? 'changed-through-a-stream-that-was-made' : kind,
    user,
    text: `${describe(change, before, after)}; missing: ${missing}`,
  };
}
