import type { Ace, SecurityDescriptor } from '@tsmbd/ms-dtyp';
import { OWNER_RIGHTS, TOKENS, type User } from './people.ts';
import { ALL, Right, spelledOut } from './rights.ts';

const INHERIT_ONLY = 0x08;
const ALLOWS = 0x00;
/**
 * ACCESS_DENIED, and its object and callback forms. If such an entry cannot be evaluated, it
 * refuses.
 */
const DENIES: ReadonlySet<number> = new Set([0x01, 0x06, 0x0a, 0x0c]);

/**
 * The access check of [MS-DTYP] 2.5.3.2, done for one right after the other: the first entry that
 * applies to the user and contains the right decides. It does not use the tree's own check.
 */
export function rightsOf(descriptor: SecurityDescriptor, user: User): number {
  const { dacl, owner } = descriptor;
  if (dacl === undefined || dacl === null) return ALL;
  const isOwner = owner !== undefined && TOKENS[user].has(owner);
  const effective = dacl.aces.filter(({ flags }) => (flags & INHERIT_ONLY) === 0);
  const ownersAreTold = effective.some(({ sid }) => sid === OWNER_RIGHTS);
  let rights = 0;
  for (let bit = 1; bit <= Right.SYNCHRONIZE; bit <<= 1) {
    if ((ALL & bit) === 0) continue;
    const ownersOwn = isOwner && !ownersAreTold && (bit === Right.READ_CONTROL || bit === Right.WRITE_DAC);
    if (ownersOwn || isAllowed(effective, bit, user, isOwner)) rights |= bit;
  }
  return rights;
}

function isAllowed(entries: readonly Ace[], bit: number, user: User, isOwner: boolean): boolean {
  for (const { sid, mask, type } of entries) {
    if (sid === OWNER_RIGHTS ? !isOwner : !TOKENS[user].has(sid)) continue;
    if ((spelledOut(mask) & bit) === 0) continue;
    if (type === ALLOWS) return true;
    if (DENIES.has(type)) return false;
  }
  return false;
}
