import { decode, type SecurityDescriptor, securityDescriptor } from '@tsmbd/ms-dtyp';
import { rightsOf } from '../access-check.ts';
import type { CreateStep, Step } from '../case.ts';
import { type ReadName, readName } from '../name.ts';
import { mayOnlyRead, type ShareName, type User } from '../people.ts';
import { ALL, Attribute, EXECUTE, READ, Right, spelledOut } from '../rights.ts';
import { find, type NodeState, type Snapshot } from '../snapshot.ts';

/** What the model knows of an open: an upper bound of what can have been granted. */
export interface ModelOpen {
  readonly user: User;
  readonly share: ShareName;
  readonly inode: bigint;
  /** The stream's folded name; empty for the file itself. Follows renames of streams. */
  stream: string;
  readonly rights: number;
  /** Its CREATE made this stream on a file that existed. */
  readonly madeStream: boolean;
}

/** A request for a deletion that happens later. */
export interface Intent {
  readonly user: User;
  readonly how: 'delete-on-close' | 'disposition';
  /** What the user lacks by the model; undefined if the deletion is permitted. */
  readonly missing: string | undefined;
}

/** What the model remembers during a case. */
export class World {
  readonly opens = new Map<number, ModelOpen>();
  readonly #intents = new Map<string, Intent[]>();

  intend(inode: bigint, stream: string, intent: Intent): void {
    const key = `${inode}:${stream}`;
    const held = this.#intents.get(key);
    if (held === undefined) this.#intents.set(key, [intent]);
    else held.push(intent);
  }

  /** A permitted intent if there is one, otherwise any. */
  intentFor(inode: bigint, stream: string): Intent | undefined {
    const held = this.#intents.get(`${inode}:${stream}`);
    return held?.find(({ missing }) => missing === undefined) ?? held?.[0];
  }

  /** Somebody asked to delete the file or this stream: from then on, opens may be refused. */
  isDoomed(inode: bigint, stream: string): boolean {
    return this.intentFor(inode, '') !== undefined || this.intentFor(inode, stream) !== undefined;
  }
}

/** What a CREATE names, in the files as they were before it. */
export interface Target extends ReadName {
  readonly node: NodeState | undefined;
  readonly parent: NodeState | undefined;
}

export function targetOf(step: CreateStep, before: Snapshot): Target {
  const name = readName(step.name);
  const parent = name.path.length === 0 ? undefined : find(before, name.path.slice(0, -1));
  return { ...name, node: find(before, name.path), parent };
}

/** The rights that a read-only share leaves. */
const READING = READ | EXECUTE | Right.READ_EA;

/** The rights to a file that descriptor and share give the user. */
export function rights(node: NodeState, user: User, share: ShareName): number {
  const byDescriptor = node.descriptor === undefined ? ALL : rightsOf(descriptorOf(node)!, user);
  return mayOnlyRead(user, share) ? byDescriptor & READING : byDescriptor;
}

/** The most that a CREATE can be granted on an existing file, [MS-FSA] 2.1.5.1.2.1. */
export function grantable(node: NodeState, parent: NodeState | undefined, user: User, share: ShareName): number {
  let may = rights(node, user, share);
  if (parent !== undefined) {
    const above = rights(parent, user, share);
    if ((above & Right.DELETE_CHILD) !== 0) may |= Right.DELETE;
    if ((above & Right.READ_DATA) !== 0) may |= Right.READ_ATTRIBUTES;
  }
  return isReadOnly(node) ? may & ~(Right.WRITE_DATA | Right.APPEND_DATA) : may;
}

/** The READONLY attribute has no meaning on folders. */
export function isReadOnly({ directory, stat }: NodeState): boolean {
  return !directory && (stat.attributes & Attribute.READONLY) !== 0;
}

/** The part of `may` that a CREATE asks for. */
export function asked(access: number, may: number): number {
  return (access & Right.MAXIMUM_ALLOWED) !== 0 ? may : spelledOut(access) & may;
}

/** The decoded descriptor; undefined if none is stored. */
export function descriptorOf({ descriptor }: NodeState): SecurityDescriptor | undefined {
  if (descriptor === undefined) return undefined;
  const key = descriptor.toString('latin1');
  let decoded = decodedBefore.get(key);
  if (decoded === undefined) {
    if (decodedBefore.size > 10_000) decodedBefore.clear();
    decoded = decode(securityDescriptor, descriptor);
    decodedBefore.set(key, decoded);
  }
  return decoded;
}

const decodedBefore = new Map<string, SecurityDescriptor>();

/** One request, the state before it and after it, and its answer. */
export interface Observation {
  readonly step: Step;
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly status: number;
  readonly world: World;
}
