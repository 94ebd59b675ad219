import { type Ace, type Acl, SdControl, type SecurityDescriptor } from '@tsmbd/ms-dtyp';
import {
  AUTHENTICATED_USERS,
  CREATOR_OWNER,
  DOMAIN_USERS,
  EVERYONE,
  OWNER_RIGHTS,
  SID_OF,
  STAFF,
  STRANGER,
  SYSTEM,
} from '../people.ts';
import { ALL, READ } from '../rights.ts';
import { bits32, chance, oneOf, type Random, weighted } from './choice.ts';

const OWNERS = [...Object.values(SID_OF), STAFF, DOMAIN_USERS, STRANGER, SYSTEM];
const TRUSTEES = [
  ...Object.values(SID_OF),
  ...Object.values(SID_OF),
  STAFF,
  DOMAIN_USERS,
  EVERYONE,
  AUTHENTICATED_USERS,
  OWNER_RIGHTS,
  CREATOR_OWNER,
  STRANGER,
];

/** Every right by itself. */
export const SINGLE_RIGHTS: readonly number[] = [
  0x1, 0x2, 0x4, 0x8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x1_0000, 0x2_0000, 0x4_0000, 0x8_0000, 0x10_0000,
];

const INHERIT_ONLY = 0x08;
const CALLBACK_DENY = 0x0a;
const CALLBACK_ALLOW = 0x09;

/** A descriptor that may be stored with a file; undefined: none is stored. */
export function storedDescriptor(next: Random): SecurityDescriptor | undefined {
  const make = weighted<(next: Random) => SecurityDescriptor | undefined>(next, [
    [25, () => undefined],
    [25, readAndOneMore],
    [20, allButOne],
    [22, (random) => withDacl(random, randomAcl(random))],
    [4, (random) => withDacl(random, null)],
    [4, (random) => withDacl(random, { revision: 2, aces: [] })],
  ]);
  return make(next);
}

/** A descriptor that a client may send: any of its parts may be missing. */
export function sentDescriptor(next: Random): SecurityDescriptor {
  return {
    control: SdControl.SELF_RELATIVE | (chance(next, 10) ? SdControl.DACL_PROTECTED : 0),
    ...(chance(next, 60) && { owner: oneOf(next, OWNERS) }),
    ...(chance(next, 60) && { group: oneOf(next, OWNERS) }),
    ...(chance(next, 70) && { dacl: chance(next, 10) ? null : randomAcl(next) }),
    ...(chance(next, 15) && { sacl: { revision: 2, aces: [audit(next)] } }),
  };
}

/** Everybody may read, and somebody has one right more. */
function readAndOneMore(next: Random): SecurityDescriptor {
  const aces = [allow(EVERYONE, READ)];
  if (chance(next, 70)) aces.push(allow(oneOf(next, TRUSTEES), oneOf(next, SINGLE_RIGHTS)));
  return withDacl(next, { revision: 2, aces });
}

/** Everybody has all rights, except that one right is denied to somebody. */
function allButOne(next: Random): SecurityDescriptor {
  const aces: Ace[] = [{ ...allow(oneOf(next, TRUSTEES), oneOf(next, SINGLE_RIGHTS)), type: 0x01 }];
  if (chance(next, 10)) aces.pop();
  return withDacl(next, { revision: 2, aces: [...aces, allow(EVERYONE, ALL)] });
}

function randomAcl(next: Random): Acl {
  return { revision: 2, aces: Array.from({ length: 1 + next(4) }, () => randomAce(next)) };
}

function randomAce(next: Random): Ace {
  const type = weighted(next, [
    [60, 0x00],
    [34, 0x01],
    [3, CALLBACK_DENY],
    [3, CALLBACK_ALLOW],
  ]);
  // Object and container inheritance, one level only, for children only, inherited.
  const flags = chance(next, 60) ? 0 : next(0x20) & ~(chance(next, 60) ? INHERIT_ONLY : 0);
  return { type, flags, mask: randomMask(next), sid: oneOf(next, TRUSTEES) };
}

function randomMask(next: Random): number {
  return weighted<() => number>(next, [
    [30, () => oneOf(next, SINGLE_RIGHTS)],
    [20, () => READ | oneOf(next, SINGLE_RIGHTS)],
    [20, () => bits32(next) & ALL],
    [15, () => ALL],
    [15, () => oneOf(next, [0x8000_0000, 0x4000_0000, 0x2000_0000, 0x1000_0000, 0xc000_0000])],
  ])();
}

function allow(sid: string, mask: number): Ace {
  return { type: 0x00, flags: 0, mask, sid };
}

/** SYSTEM_AUDIT of successes. */
function audit(next: Random): Ace {
  return { type: 0x02, flags: 0x40, mask: oneOf(next, SINGLE_RIGHTS), sid: oneOf(next, TRUSTEES) };
}

function withDacl(next: Random, dacl: Acl | null): SecurityDescriptor {
  const control = SdControl.SELF_RELATIVE | (chance(next, 20) ? SdControl.DACL_AUTO_INHERITED : 0);
  return { control, owner: oneOf(next, OWNERS), group: oneOf(next, OWNERS), dacl };
}
