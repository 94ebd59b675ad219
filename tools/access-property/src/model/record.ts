import type { CreateStep, OpenStep } from '../case.ts';
import { folded } from '../name.ts';
import { ALL, Disposition, Option, Right, rightNames, spelledOut } from '../rights.ts';
import { find } from '../snapshot.ts';
import type { Finding } from './finding.ts';
import {
  asked,
  grantable,
  type Intent,
  isReadOnly,
  type ModelOpen,
  type Observation,
  type Target,
  targetOf,
  type World,
} from './world.ts';

/**
 * Records what follows from an answer for later requests. Returns what is wrong with the answer
 * itself.
 */
export function record(observation: Observation): readonly Finding[] {
  const { step, status } = observation;
  if (step.do === 'create') return status === 0 ? recordOpen(step, observation) : judgeRefusal(step, observation);
  return status === 0 ? recordRequest(step, observation) : [];
}

function recordOpen(step: CreateStep, { before, after, world }: Observation): readonly Finding[] {
  const { user, share, access, options, name } = step;
  const { node, parent, stream, path } = targetOf(step, before);
  const may = node === undefined ? ALL : grantable(node, parent, user, share);
  const inode = node?.inode ?? find(after, path)!.inode;
  const madeStream = node !== undefined && stream !== '' && !node.streams.has(stream);
  const open: ModelOpen = { user, share, inode, stream, rights: asked(access, may), madeStream };
  world.opens.set(step.id, open);
  const findings: Finding[] = [];
  const excess = spelledOut(access) & ~Right.MAXIMUM_ALLOWED & ~may;
  if (excess !== 0) {
    findings.push({ kind: 'granted-more-than-the-model', user, text: `granted ${rightNames(excess)} on ${name}` });
  }
  if ((options & Option.DELETE_ON_CLOSE) === 0) return findings;
  const missing = node === undefined ? undefined : deleting(open, false, before);
  return [...findings, ...intend(open, { user, how: 'delete-on-close', missing }, before, world)];
}

/**
 * What the user lacks to delete the open's file or stream; undefined if nothing. [MS-FSA]
 * 2.1.5.15.3
 */
function deleting(
  open: ModelOpen,
  ignoresReadOnly: boolean,
  { nodes, root }: Observation['before'],
): string | undefined {
  if ((open.rights & Right.DELETE) === 0) return 'DELETE on the open';
  if (open.inode === root && open.stream === '') return 'nobody deletes the root';
  const node = nodes.get(open.inode);
  const isIgnored = ignoresReadOnly && (open.rights & Right.WRITE_ATTRIBUTES) !== 0;
  return node !== undefined && isReadOnly(node) && !isIgnored ? 'no READONLY attribute' : undefined;
}

/**
 * The root cannot be deleted, but nobody can open it while it is marked for deletion. The mark
 * alone is a finding.
 */
function intend(open: ModelOpen, intent: Intent, { root }: Observation['before'], world: World): readonly Finding[] {
  world.intend(open.inode, open.stream, intent);
  if (open.inode !== root || open.stream !== '') return [];
  return [{ kind: 'root-marked-for-deletion', user: open.user, text: `by ${intent.how}` }];
}

const DELETE_FLAG = 0x1;
const IGNORE_READONLY_FLAG = 0x10;

function recordRequest(step: OpenStep, { before, world }: Observation): readonly Finding[] {
  const open = world.opens.get(step.on)!;
  if (step.do === 'close') world.opens.delete(step.on);
  if (step.do === 'rename' && step.to.startsWith(':')) renameStream(open, folded(step.to.split(':')[1] ?? ''), world);
  const flags = step.do === 'disposition-ex' ? step.flags : 0;
  const deletes = (step.do === 'disposition' && step.deletes) || (flags & DELETE_FLAG) !== 0;
  if (!deletes) return [];
  const missing = deleting(open, (flags & IGNORE_READONLY_FLAG) !== 0, before);
  return intend(open, { user: open.user, how: 'disposition', missing }, before, world);
}

/**
 * Other opens of the stream follow it to its new name, and an intended deletion of the stream
 * stays.
 */
function renameStream({ inode, stream: from }: ModelOpen, to: string, world: World): void {
  for (const other of world.opens.values()) if (other.inode === inode && other.stream === from) other.stream = to;
  const intent = world.intentFor(inode, from);
  if (intent !== undefined) world.intend(inode, to, intent);
}

/**
 * It is also a finding if the server refuses what the model grants: a plain open that asks for no
 * more than the descriptor gives.
 */
function judgeRefusal(step: CreateStep, { before, world, status }: Observation): readonly Finding[] {
  const target = targetOf(step, before);
  const { node, parent, stream } = target;
  if (!isPlain(step, target) || world.isDoomed(node!.inode, stream)) return [];
  const { user, share, access, name } = step;
  const wanted = spelledOut(access);
  if ((wanted & ~grantable(node!, parent, user, share)) !== 0) return [];
  const text = `open of ${name} for ${rightNames(wanted)} refused with 0x${status.toString(16)}`;
  return [{ kind: 'refused-though-allowed', user, text }];
}

function isPlain({ disposition, options, access, attributes }: CreateStep, { node, stream }: Target): boolean {
  const opens = disposition === Disposition.OPEN || disposition === Disposition.OPEN_IF;
  const isValid = access !== 0 && (spelledOut(access) & ~ALL) === 0 && attributes === 0;
  return opens && options === 0 && isValid && node !== undefined && (stream === '' || node.streams.has(stream));
}
