import { NtStatus } from '@tsmbd/smb2-codec';
import { SmbError } from '@tsmbd/tool-smb-client';
import { fail } from '../../violation.ts';
import type { EngineRun } from '../engine-run.ts';
import type { CreateStep } from '../steps.ts';
import type { WorldSettings } from '../world.ts';

/** A race that some server has lost, played on this server in one fixed order. */
export interface Race {
  /** What happens, in words. */
  readonly name: string;
  /** Number in the list of races that other servers have lost, and where they lost it. */
  readonly known: string;
  /** The rule that the race checks. */
  readonly rule: string;
  /** How the server differs from the one that EngineRun makes. */
  readonly settings?: WorldSettings;
  /**
   * Plays the race. Throws a Violation if the rule does not hold. The rules of EngineRun are also
   * checked until the end.
   */
  play(run: EngineRun): Promise<void>;
}

export const ALICE = 0;
export const BOB = 1;
/** Alice's second machine. */
export const ALICE_2 = 2;
/** Bob with the ClientGuid of alice's first machine. */
export const EVE = 3;

export const { STATUS_SUCCESS } = NtStatus;
export const BATCH = 9;
export const RWH = 7;

/** A CREATE that opens or makes `f`, with all rights, shared with everybody. */
export function create(who: number, more: Partial<CreateStep> = {}): CreateStep {
  const what = { disposition: 3, access: 0x001f_01ff, share: 7, options: 0, oplock: 0, guid: 1 } as const;
  return { do: 'create', who, name: 'f', ...what, ...more };
}

/** Checks that the client's last answer to a command has one of these statuses. */
export function expectLast(run: EngineRun, who: number, command: number, ...statuses: readonly number[]): void {
  const last = run.clients[who]!.answers.findLast((answer) => answer.command === command);
  if (last === undefined) fail(`no answer to command ${command}`);
  else if (!statuses.includes(last.status)) fail(`command ${command} was answered 0x${last.status.toString(16)}`);
}

export async function connected(run: EngineRun, ...clients: readonly number[]): Promise<void> {
  for (const who of clients) await run.step({ do: 'connect', who });
}

/** Alice has `f` open as a durable open, and her connection is lost. */
export async function aliceIsAway(run: EngineRun, more: Partial<CreateStep> = {}): Promise<void> {
  await connected(run, ALICE);
  await run.step(create(ALICE, { oplock: BATCH, durable: 'v2', ...more }));
  await run.step({ do: 'drop', who: ALICE });
}

/** Plays something while a call of the disk is held, and then lets the call go on. */
export async function whileHeld(
  run: EngineRun,
  gate: 'open' | 'stat' | 'close' | 'rename' | 'unlink' | 'write',
  play: () => Promise<void> | void,
): Promise<void> {
  await run.step({ do: 'hold', gate });
  await play();
  await run.settle();
  await run.step({ do: 'release', index: 0 });
}

/** The status with which a request was answered. Rejects if its connection ended first. */
export async function statusOf(request: Promise<unknown>): Promise<number> {
  try {
    await request;
    return STATUS_SUCCESS;
  } catch (error) {
    if (error instanceof SmbError) return error.status;
    throw error;
  }
}
