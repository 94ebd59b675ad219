import type { CreateStep } from '../case.ts';
import type { Change } from '../differences.ts';
import { folded } from '../name.ts';
import { GROUPS_OF, SID_OF, type User } from '../people.ts';
import type { NodeState } from '../snapshot.ts';
import type { Deed } from './deed.ts';
import type { Refusal } from './finding.ts';
import { descriptorOf, targetOf } from './world.ts';

/**
 * A new file or folder must hold what its request gave it and nothing else, and must belong to the
 * user who made it.
 */
export function judgeNew({ inode }: Change, deed: Deed): Refusal | undefined {
  const { step, before, after, user } = deed;
  if (step.do !== 'create' || before.nodes.has(inode)) return undefined;
  const node = after.nodes.get(inode)!;
  return judgeOwner(node, user) ?? judgeSacl(node, step) ?? judgeBody(node, step, deed);
}

/**
 * A user may name as owner the user itself, or a group that the user is in. Any other owner needs a
 * privilege that nobody has. [MS-DTYP] 2.5.3.4
 */
export function mayOwn(owner: string | undefined, user: User): boolean {
  return owner === undefined || owner === SID_OF[user] || GROUPS_OF[user].includes(owner);
}

function judgeOwner(node: NodeState, user: User): Refusal | undefined {
  const owner = descriptorOf(node)?.owner;
  return mayOwn(owner, user) ? undefined : { kind: 'made-for-another-owner', missing: `the right to give to ${owner}` };
}

/**
 * A client that may not set a SACL may not give one in a CREATE either. The folders of the cases
 * have no SACL to inherit.
 */
function judgeSacl(node: NodeState, { secd }: CreateStep): Refusal | undefined {
  const aces = descriptorOf(node)?.sacl?.aces ?? [];
  if (aces.length === 0 || secd?.sacl === undefined) return undefined;
  return { kind: 'made-with-a-sacl', missing: 'ACCESS_SYSTEM_SECURITY' };
}

function judgeBody(node: NodeState, step: CreateStep, { before }: Deed): Refusal | undefined {
  const kind = 'made-with-more-than-asked';
  if (node.content.length > 0) return { kind, missing: 'a WRITE' };
  if (node.entries.size > 0) return { kind, missing: 'requests for what is in it' };
  const { stream } = targetOf(step, before);
  for (const name of node.streams.keys()) if (name !== stream) return { kind, missing: `the stream ${name}` };
  const asked = new Set(Object.keys(step.eas ?? {}).map(folded));
  for (const name of node.eas.keys()) if (!asked.has(name)) return { kind, missing: `the EA ${name}` };
  return undefined;
}
