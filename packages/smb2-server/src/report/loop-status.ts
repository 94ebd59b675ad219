import { unixMsFromFiletime } from '@tsmbd/ms-dtyp';
import { Command } from '@tsmbd/smb2-codec';
import type { Engine, TurnPeriod, Work } from '../model/index.ts';

/** The turns of one event loop: what `tsmbd status --loop` shows. */
export interface LoopStatus {
  /** Which worker the event loop belongs to. */
  readonly worker: number;
  readonly sinceStart: LoopTurns;
  /** Since somebody asked for this status before. */
  readonly sinceLook: LoopTurns;
}

/** How long the turns of a period took. Times are milliseconds. */
export interface LoopTurns {
  readonly seconds: number;
  readonly turns: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** Undefined while there was no turn. */
  readonly longest: LoopWork | undefined;
}

/** The longest turn, and what it was used for. */
export interface LoopWork {
  /** A command, such as `QUERY_DIRECTORY`, or what else the turn was used for most. */
  readonly work: string;
  readonly share: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The turns of the engine's event loop. The next call counts from now on. */
export function loopStatusOf(server: Engine, worker = 0): LoopStatus {
  const { sinceStart, sinceLook } = server.turns.look();
  return { worker, sinceStart: turnsOf(sinceStart), sinceLook: turnsOf(sinceLook) };
}

function turnsOf({ ms, turns, p50, p99, p999, max, longest }: TurnPeriod): LoopTurns {
  return {
    seconds: Math.round(ms / 100) / 10,
    turns,
    p50: rounded(p50),
    p99: rounded(p99),
    p999: rounded(p999),
    max: rounded(max),
    longest: longest && { work: nameOf(longest.work), share: longest.share, at: unixMsFromFiletime(longest.at) },
  };
}

function nameOf(work: Work): string {
  return typeof work === 'string' ? work : (COMMAND_NAMES.get(work) ?? `command ${work}`);
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

const COMMAND_NAMES = new Map<number, string>(Object.entries(Command).map(([name, code]) => [code, name]));
