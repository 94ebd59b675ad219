import type { FileCommand, HolderName, LeaseRequest, OpenCommand, OplockLevel } from '@tsmbd/oplock-lease';
import { oneOf, type Random } from '@tsmbd/tool-random';
import type { MachineRun, MachineStep } from './machine-run.ts';

const FILES = ['f', 'f', 'f', 'g'] as const;
const STATES = [0, 1, 3, 3, 5, 7, 7] as const;
const SHARES = [7, 7, 7, 7, 3, 1, 0] as const;
/** Reading, both, deleting, attributes alone, the descriptor alone. */
const ACCESSES = [0x1, 0x3, 0x3, 0x1_0001, 0x80, 0x2_0080] as const;
const KINDS = ['durable', 'durable', 'persistent', 'resilient'] as const;
const OPLOCKS = [0, 1, 8, 9, 9] as const;
const CLIENTS = ['a', 'b', 'c'] as const;
/** Names of a file. */
const LINKS = ['x', 'x', 'y'] as const;
const TIMES = [10, 1000, 34_999, 35_000, 60_000] as const;

/**
 * Chooses the next step: anything that clients can do, in any order, but mostly steps that fit the
 * situation.
 */
export function chooseStep(run: MachineRun, next: Random, id: number): MachineStep {
  if (run.errands.length > 0 && next(3) !== 0) return { do: 'deliver', index: next(run.errands.length) };
  const what = next(40);
  if (what === 0) return { do: 'advance', ms: oneOf(next, TIMES) };
  if (what < 8) {
    const step = answer(run, next);
    if (step !== undefined) return step;
  }
  if (what === 25) return withdrawal(run, next);
  const file = oneOf(next, FILES);
  return { do: 'command', file, command: chooseCommand(run, next, id, file, what) };
}

/** A client answers a break: correctly, with less, with more, or not at all. */
function answer(run: MachineRun, next: Random): MachineStep | undefined {
  if (run.breaks.size === 0) return undefined;
  const [name, { file }] = [...run.breaks][next(run.breaks.size)]!;
  const space = name.indexOf(' ');
  const rest = name.slice(space + 1);
  const holder: HolderName = name.startsWith('lease') ? { lease: rest } : { open: Number(rest) };
  const state = run.authority.peek(file);
  const breaking = ('lease' in holder ? state?.leases.get(holder.lease) : state?.opens.get(holder.open))?.breaking;
  const keep = next(4) === 0 ? oneOf(next, STATES) : (breaking?.to ?? 0);
  return { do: 'command', file, command: { type: 'acknowledge', holder, keep } };
}

/** A request that waits is cancelled. */
function withdrawal(run: MachineRun, next: Random): MachineStep {
  const [waiter, request] = [...run.waiting][next(run.waiting.size || 1)] ?? [0, undefined];
  const type = request?.command.type === 'lock' ? 'cancel-lock' : 'cancel-wait';
  return { do: 'command', file: request?.file ?? FILES[0], command: { type, waiter } };
}

function chooseCommand(run: MachineRun, next: Random, id: number, file: string, what: number): FileCommand {
  const opens = run.authority.peek(file)?.opens;
  const ids = opens === undefined || opens.size === 0 ? [0] : [...opens.keys()];
  const open = oneOf(next, ids);
  switch (what) {
    case 8:
    case 9:
    case 10:
      return { type: 'make-durable', open, kind: oneOf(next, KINDS), ...owned(open) };
    case 11:
    case 12:
    case 13:
      return { type: 'disconnect', open };
    case 14:
    case 15: {
      const lease = opens?.get(open)?.lease;
      const right = { type: 'reconnect', open, ...owned(open), lease } as const;
      return [
        right,
        right,
        right,
        { ...right, owner: 'eve' },
        { ...right, client: 'e' },
        { ...right, createGuid: 'no' },
      ][next(6)]!;
    }
    case 16:
      if (next(4) === 0) return { type: 'move-link', from: oneOf(next, LINKS), to: oneOf(next, [...LINKS, 'z']) };
      return { type: 'set-delete-pending', open, deletePending: next(3) !== 0 };
    case 17:
    case 18:
      return { type: 'change', what: 'data', open, parentLease: undefined, waiter: undefined };
    case 19:
    case 20:
      return { type: 'change', what: 'name', open, parentLease: undefined, waiter: id };
    case 21:
    case 22:
    case 23:
      return { type: 'lock', open, ...ranges(next, id) };
    case 24:
      return { type: 'unlock', open, ranges: [{ offset: BigInt(next(4)), length: BigInt(next(3)) }] };
    case 26:
    case 27:
    case 28:
    case 29:
    case 30:
      // If a client deletes with POSIX semantics, the name is removed first.
      if (next(6) === 0) return { type: 'link-gone', link: oneOf(next, LINKS) };
      return { type: 'close', open, hold: true };
    default:
      return chooseOpen(next, id);
  }
}

/** The client that made an open. It is the same for the same open. */
function owned(open: number): { owner: string; client: string; createGuid: string } {
  return { owner: `user ${open % 2}`, client: CLIENTS[open % 3]!, createGuid: `guid ${open}` };
}

function chooseOpen(next: Random, id: number): OpenCommand {
  const leased = next(5) < 3;
  // An open's id says whose it is, so its leases belong to that client.
  const lease: LeaseRequest | undefined = leased
    ? {
        id: `${CLIENTS[id % 3]}/${1 + next(2)}`,
        state: oneOf(next, STATES),
        version: next(2) === 0 ? 1 : 2,
        epoch: 65_534,
      }
    : undefined;
  return {
    type: 'open',
    open: id,
    access: oneOf(next, ACCESSES),
    share: oneOf(next, SHARES),
    link: oneOf(next, LINKS),
    deleteOnClose: next(20) === 0,
    oplock: leased ? 0 : (oneOf(next, OPLOCKS) as OplockLevel),
    levelTwo: next(8) !== 0,
    lease,
    overwrites: next(8) === 0,
    waiter: id,
  };
}

function ranges(next: Random, id: number): Pick<Extract<FileCommand, { type: 'lock' }>, 'ranges' | 'waiter'> {
  const count = next(4) === 0 ? 2 : 1;
  return {
    ranges: Array.from({ length: count }, () => ({
      offset: BigInt(next(4)),
      length: BigInt(next(3)),
      exclusive: next(2) === 0,
    })),
    waiter: count === 1 && next(2) === 0 ? id : undefined,
  };
}
