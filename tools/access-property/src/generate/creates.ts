import { rightsOf } from '../access-check.ts';
import type { CreateStep, NodeSpec } from '../case.ts';
import { folded, readName } from '../name.ts';
import { mayOnlyRead, SHARES, type ShareName, USERS, type User } from '../people.ts';
import { ALL, Attribute, Disposition, Option, READ, Right } from '../rights.ts';
import { bits32, chance, oneOf, type Random, weighted } from './choice.ts';
import { SINGLE_RIGHTS, sentDescriptor } from './descriptors.ts';

const NAMES: readonly (readonly [weight: number, name: string])[] = [
  [22, 'file'],
  [10, 'file:s'],
  [10, 'file:new'],
  [6, 'other'],
  [8, 'folder'],
  [4, 'folder:s'],
  [4, 'folder:new'],
  [8, 'folder\\inner'],
  [3, 'folder\\inner:new'],
  [8, 'empty'],
  [3, 'FILE'],
  [5, 'new'],
  [3, 'new:s'],
  [3, 'folder\\new'],
  [2, 'folder\\link'],
  [4, ''],
  [2, ':s'],
  [2, ':new'],
];

/** A CREATE, mostly of something that is close to what the user may do. */
export function chooseCreate(next: Random, id: number, nodes: readonly NodeSpec[], share: ShareName): CreateStep {
  const user = oneOf(next, USERS);
  const name = weighted(next, NAMES);
  const seat = chance(next, 85) ? share : oneOf(next, SHARES);
  return {
    do: 'create',
    id,
    user,
    share: seat,
    name,
    access: chooseAccess(next, likelyRights(name, nodes, user, seat)),
    disposition: chooseDisposition(next),
    options: chooseOptions(next, name, nodes),
    attributes: chooseAttributes(next),
    secd: chance(next, 12) ? sentDescriptor(next) : undefined,
    eas: chance(next, 8) ? { made: 'by create' } : undefined,
    allocation: chance(next, 8) ? next(9000) : undefined,
  };
}

/**
 * The rights that the user could be granted when the case begins. This is a guess, because they may
 * change.
 */
function likelyRights(name: string, nodes: readonly NodeSpec[], user: User, share: ShareName): number {
  const { path } = readName(name);
  const key = folded(path.join('\\'));
  const node = nodes.find((one) => folded(one.path.join('\\')) === key);
  const rights = node?.descriptor === undefined ? ALL : rightsOf(node.descriptor, user);
  return mayOnlyRead(user, share) ? rights & (READ | Right.EXECUTE) : rights;
}

function chooseAccess(next: Random, rights: number): number {
  return weighted<() => number>(next, [
    [22, () => Right.MAXIMUM_ALLOWED],
    [3, () => Right.MAXIMUM_ALLOWED | oneOf(next, SINGLE_RIGHTS)],
    [20, () => rights & bits32(next) || Right.READ_ATTRIBUTES],
    [20, () => rights || Right.READ_ATTRIBUTES],
    [10, () => Right.READ_ATTRIBUTES],
    [15, () => oneOf(next, SINGLE_RIGHTS)],
    [5, () => (rights & READ) | oneOf(next, SINGLE_RIGHTS)],
    [5, () => oneOf(next, [0x8000_0000, 0x4000_0000, 0x2000_0000, 0x1000_0000])],
  ])();
}

function chooseDisposition(next: Random): number {
  return weighted(next, [
    [45, Disposition.OPEN],
    [20, Disposition.OPEN_IF],
    [10, Disposition.CREATE],
    [8, Disposition.OVERWRITE],
    [10, Disposition.OVERWRITE_IF],
    [7, Disposition.SUPERSEDE],
  ]);
}

function chooseOptions(next: Random, name: string, nodes: readonly NodeSpec[]): number {
  const isFolder = nodes.some(({ path, directory }) => directory && path.join('\\') === name);
  let options = 0;
  if (chance(next, 20)) options |= Option.DELETE_ON_CLOSE;
  if (chance(next, 20)) options |= isFolder !== chance(next, 10) ? Option.DIRECTORY_FILE : Option.NON_DIRECTORY_FILE;
  if (name === 'new' && chance(next, 25)) options |= Option.DIRECTORY_FILE;
  return options;
}

function chooseAttributes(next: Random): number {
  return weighted(next, [
    [75, 0],
    [5, Attribute.READONLY],
    [10, Attribute.HIDDEN | Attribute.SYSTEM],
    [5, Attribute.HIDDEN],
    [5, Attribute.ARCHIVE],
  ]);
}
