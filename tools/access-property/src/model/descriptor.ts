import { type Acl, acl, encode, type SecurityDescriptor } from '@tsmbd/ms-dtyp';
import type { Change } from '../differences.ts';
import { Part, Right, rightNames } from '../rights.ts';
import type { Deed } from './deed.ts';
import type { Refusal } from './finding.ts';
import { mayOwn } from './new-node.ts';
import { descriptorOf, type ModelOpen } from './world.ts';

/**
 * A part of a descriptor: the bits of AdditionalInformation that name it, and the right that each
 * bit requires.
 */
interface PartRule {
  readonly name: string;
  readonly named: number;
  readonly right: number;
  same(a: SecurityDescriptor, b: SecurityDescriptor): boolean;
}

/** Control bits that belong to a DACL, and to a SACL. [MS-DTYP] 2.4.6 */
const DACL_CONTROL = 0x1508;
const SACL_CONTROL = 0x2a20;

/** [MS-FSA] 2.1.5.17 */
const RULES: readonly PartRule[] = [
  { name: 'owner', named: Part.OWNER, right: Right.WRITE_OWNER, same: (a, b) => a.owner === b.owner },
  { name: 'group', named: Part.GROUP, right: Right.WRITE_OWNER, same: (a, b) => a.group === b.group },
  {
    name: 'dacl',
    named: Part.DACL | Part.PROTECTED_DACL | Part.UNPROTECTED_DACL,
    right: Right.WRITE_DAC,
    same: (a, b) => sameAcl(a.dacl, b.dacl) && ((a.control ^ b.control) & DACL_CONTROL) === 0,
  },
  {
    name: 'sacl',
    named: Part.SACL,
    right: Right.SYSTEM_SECURITY,
    same: (a, b) => sameAcl(a.sacl, b.sacl) && ((a.control ^ b.control) & SACL_CONTROL) === 0,
  },
];

/**
 * Judges part by part: a part that is not named must stay, and a part that is named requires its
 * right. [MS-FSA] 2.1.5.17
 */
export function judgeDescriptor(change: Change, deed: Deed): Refusal | undefined {
  const { step, before, after, open } = deed;
  if (step.do === 'create') return { kind: 'descriptor-changed-by-another-request', missing: 'a SET_INFO' };
  if (open!.inode !== change.inode || (step.do !== 'security' && step.do !== 'set')) {
    return { kind: 'descriptor-changed-by-another-request', missing: 'a SET_INFO of it' };
  }
  const now = descriptorOf(after.nodes.get(change.inode)!);
  if (now === undefined) return { kind: 'descriptor-removed', missing: 'nobody may' };
  const old = descriptorOf(before.nodes.get(change.inode)!);
  return old === undefined ? judgeFirst(now, step.parts, open!) : judgeParts(old, now, step.parts, open!);
}

/**
 * Permission bits and owner follow from the descriptor that a client sets: the owner only from the
 * owner or the group, the bits from any of the three parts.
 */
export function judgePosix(change: Change, deed: Deed): Refusal | undefined {
  const { step, before, after, open } = deed;
  const kind = 'mode-or-owner-changed';
  if ((step.do !== 'security' && step.do !== 'set') || open!.inode !== change.inode) {
    return { kind, missing: 'a SET_INFO of its descriptor' };
  }
  const [old, now] = [before.nodes.get(change.inode)!.stat, after.nodes.get(change.inode)!.stat];
  const ofOwner = (step.parts & (Part.OWNER | Part.GROUP)) !== 0 && (open!.rights & Right.WRITE_OWNER) !== 0;
  const ofDacl = (step.parts & Part.DACL) !== 0 && (open!.rights & Right.WRITE_DAC) !== 0;
  if ((old.uid !== now.uid || old.gid !== now.gid) && !ofOwner) return { kind, missing: 'the right to set the owner' };
  return ofOwner || ofDacl ? undefined : { kind, missing: 'the right to set the list' };
}

function judgeParts(
  old: SecurityDescriptor,
  now: SecurityDescriptor,
  parts: number,
  open: ModelOpen,
): Refusal | undefined {
  for (const { name, named, right, same } of RULES) {
    if (same(old, now)) continue;
    if ((parts & named) === 0) return notNamed(name);
    if ((open.rights & right) === 0) return withoutRight(name, right);
    if (name === 'owner' && !mayOwn(now.owner, open.user)) return otherOwner(now);
  }
  return undefined;
}

/**
 * If no descriptor was stored, setting one part with the right to do so stores the other parts too,
 * as the mode bits give them.
 */
function judgeFirst(now: SecurityDescriptor, parts: number, open: ModelOpen): Refusal | undefined {
  // A list that is set says whether its entries are inherited.
  const named = RULES.filter((rule) => (parts & rule.named & EVERY_PART) !== 0);
  if (named.length === 0) return notNamed('any part');
  for (const { name, right } of named) if ((open.rights & right) === 0) return withoutRight(name, right);
  return mayOwn(now.owner, open.user) ? undefined : otherOwner(now);
}

const EVERY_PART = Part.OWNER | Part.GROUP | Part.DACL | Part.SACL;

function notNamed(part: string): Refusal {
  return { kind: 'descriptor-part-changed-that-was-not-named', missing: `${part} in AdditionalInformation` };
}

function withoutRight(part: string, right: number): Refusal {
  return { kind: 'descriptor-part-changed-without-right', missing: `${rightNames(right)} on the open, for ${part}` };
}

function otherOwner({ owner }: SecurityDescriptor): Refusal {
  return { kind: 'given-to-another-owner', missing: `the right to give to ${owner}` };
}

/** An absent list and a NULL list count as the same. */
function sameAcl(a: Acl | null | undefined, b: Acl | null | undefined): boolean {
  if (a === undefined || a === null || b === undefined || b === null) return (a ?? null) === (b ?? null);
  return Buffer.from(encode(acl, a)).equals(encode(acl, b));
}
