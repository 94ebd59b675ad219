import { shrink } from '@tsmbd/tool-simulate';
import type { Case, NodeSpec, Step } from './case.ts';

/**
 * The smallest case that fails in the same way. First requests are left out, then files on the disk
 * and parts of each request.
 */
export async function simplify(from: Case, fails: (candidate: Case) => Promise<boolean>): Promise<Case> {
  let best: Case = { nodes: from.nodes, steps: await shrink(from.steps, (steps) => fails({ ...from, steps }), 200) };
  for (let found = true; found; ) {
    found = false;
    for (const candidate of simpler(best)) {
      if (!(await fails(candidate))) continue;
      best = candidate;
      found = true;
      break;
    }
  }
  return best;
}

function* simpler({ nodes, steps }: Case): Generator<Case> {
  for (const [i, node] of nodes.entries()) {
    // A folder that contains others stays.
    if (!nodes.some((other) => isBelow(other, node))) yield { nodes: nodes.toSpliced(i, 1), steps };
    for (const plainer of simplerNodes(node)) yield { nodes: nodes.with(i, plainer), steps };
  }
  for (const [i, step] of steps.entries()) {
    for (const plainer of simplerSteps(step)) yield { nodes, steps: steps.with(i, plainer) };
  }
}

/** The node, or its other name, lies in the folder. */
function isBelow({ path: name, link }: NodeSpec, { path }: NodeSpec): boolean {
  return path.length === 0 || (name.length > path.length && name[0] === path[0]) || link?.[0] === path[0];
}

function* simplerNodes(node: NodeSpec): Generator<NodeSpec> {
  if (node.link !== undefined) yield { ...node, link: undefined };
  if (node.streams !== undefined && Object.keys(node.streams).length > 0) yield { ...node, streams: {} };
  if (node.eas !== undefined && Object.keys(node.eas).length > 0) yield { ...node, eas: {} };
  if ((node.attributes ?? 0) !== 0) yield { ...node, attributes: 0 };
  const { descriptor } = node;
  if (descriptor === undefined) return;
  yield { ...node, descriptor: undefined };
  const { dacl } = descriptor;
  if (dacl === undefined || dacl === null) return;
  for (const [i, ace] of dacl.aces.entries()) {
    const fewer = dacl.aces.toSpliced(i, 1);
    yield { ...node, descriptor: { ...descriptor, dacl: { ...dacl, aces: fewer } } };
    if (ace.flags === 0) continue;
    const plain = dacl.aces.with(i, { ...ace, flags: 0 });
    yield { ...node, descriptor: { ...descriptor, dacl: { ...dacl, aces: plain } } };
  }
}

function* simplerSteps(step: Step): Generator<Step> {
  if (step.do === 'security') {
    const { owner, group, dacl, sacl, control } = step.descriptor;
    if (sacl !== undefined) yield { ...step, descriptor: without(step.descriptor, 'sacl') };
    if (dacl !== undefined) yield { ...step, descriptor: without(step.descriptor, 'dacl') };
    if (group !== undefined) yield { ...step, descriptor: without(step.descriptor, 'group') };
    if (owner !== undefined) yield { ...step, descriptor: without(step.descriptor, 'owner') };
    if (control !== 0) yield { ...step, descriptor: { ...step.descriptor, control: 0 } };
    // Bit by bit.
    for (let bit = 1; bit !== 0; bit <<= 1) if ((step.parts & bit) !== 0) yield { ...step, parts: step.parts & ~bit };
  }
  if (step.do !== 'create') return;
  if (step.secd !== undefined) yield { ...step, secd: undefined };
  if (step.eas !== undefined) yield { ...step, eas: undefined };
  if (step.allocation !== undefined) yield { ...step, allocation: undefined };
  if (step.attributes !== 0) yield { ...step, attributes: 0 };
  if (step.share !== 'all') yield { ...step, share: 'all' };
  for (let bit = 1; bit < 1 << 14; bit <<= 1) {
    if ((step.options & bit) !== 0) yield { ...step, options: step.options & ~bit };
  }
  for (let bit = 1; bit < 1 << 26; bit <<= 1) {
    if ((step.access & bit) !== 0 && step.access !== bit) yield { ...step, access: step.access & ~bit };
  }
}

type Descriptor = Extract<Step, { readonly do: 'security' }>['descriptor'];

function without(descriptor: Descriptor, part: 'owner' | 'group' | 'dacl' | 'sacl'): Descriptor {
  const { [part]: _, ...rest } = descriptor;
  return rest;
}
