import { tmpdir } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { MODES, type Mode } from './cases/job.ts';
import { parseServers, type ServerSpec } from './servers/spec.ts';

/** What a call of the bench asks for. */
export interface Options {
  readonly task: Task;
  readonly servers: readonly ServerSpec[];
  /** The numbers of clients with which each case is measured. */
  readonly clients: readonly number[];
  /** How long a sample is, and how long clients work before it. */
  readonly seconds: number;
  readonly warmUp: number;
  readonly rounds: number;
  /** How long the round before the first is, which is not counted. */
  readonly first: number;
  readonly match: RegExp;
  readonly modes: readonly Mode[];
  /** Names of servers that rates are compared with, in addition to smbd. */
  readonly against: readonly string[];
  readonly folder: string;
  readonly json: string | undefined;
  readonly svg: string | undefined;
}

/** What is made: the table of cases, or one of the others. */
export type Task =
  | { readonly name: 'table' | 'fairness' }
  | { readonly name: 'profile'; readonly case: string }
  | { readonly name: 'idle'; readonly connections: number }
  | { readonly name: 'bundle'; readonly file: string };

const EXCLUSIVE = ['profile', 'fairness', 'idle', 'bundle'] as const;

/**
 * Parses a call's arguments, without node's and the program's name. Throws commander's
 * CommanderError if they are wrong, after it has printed what is wrong.
 */
export function parseOptions(args: readonly string[]): Options {
  const program = command();
  program.parse(args, { from: 'user' });
  const given = program.opts<Given>();
  const asked = EXCLUSIVE.filter((name) => given[name] !== undefined);
  if (asked.length > 1) program.error(`error: --${asked.join(' and --')} cannot be asked for at once`);
  const unknown = given.against.find((name) => !given.servers.some((server) => server.name === name));
  if (unknown !== undefined) program.error(`error: --against ${unknown}: it is none of the servers`);
  return {
    task: taskOf(given),
    servers: given.servers,
    clients: given.clients,
    seconds: given.seconds,
    warmUp: given.warmUp,
    rounds: given.rounds,
    first: given.first,
    match: given.match,
    modes: given.modes,
    against: given.against,
    folder: given.folder,
    json: given.json,
    svg: given.svg,
  };
}

type Given = Omit<Options, 'task'> & {
  readonly profile?: string;
  readonly fairness?: true;
  readonly idle?: number;
  readonly bundle?: string;
};

function taskOf({ profile, fairness, idle, bundle }: Given): Task {
  if (profile !== undefined) return { name: 'profile', case: profile };
  if (idle !== undefined) return { name: 'idle', connections: idle };
  if (bundle !== undefined) return { name: 'bundle', file: bundle };
  return { name: fairness === true ? 'fairness' : 'table' };
}

function command(): Command {
  return new Command('bench')
    .description('tsmbd beside smbd: rates, latencies, processor time and memory, case by case')
    .option('--servers <list>', 'tsmbd, tsmbd:N (N workers), smbd, floor', checked(parseServers), servers())
    .option('--clients <list>', 'numbers of clients, each a process', checked(counts), [1])
    .option('--seconds <s>', 'length of a sample', checked(positive), 2)
    .option('--warm-up <s>', 'work before each sample, which is not counted', checked(positive), 0.3)
    .option('--rounds <n>', 'samples of each case and server, in turn', checked(count), 6)
    .option('--first <s>', 'length of a round before these, which is not counted', checked(positive), 2)
    .option('--match <regex>', 'cases to run, or neighbours with --fairness', checked(regex), /(?:)/)
    .option('--modes <list>', MODES.join(', '), checked(modes), MODES)
    .option('--against <server>', 'show ratios to this server too; can be repeated', repeated, [])
    .option('--folder <dir>', 'where the shared folder is made', tmpdir())
    .option('--json <file>', 'write all samples')
    .option('--svg <file>', 'draw rate against clients, or the flame graph of --profile')
    .option('--profile <case>', 'the CPU profile of tsmbd in one case, with one client')
    .option('--fairness', 'what one small reader waits beside other clients')
    .option('--idle <n>', 'memory of idle connections, and their waits when all are active', checked(count))
    .option('--bundle <file>', 'pack everything into a .tar.zst, .tar.gz or .tar.xz that runs without installation')
    .exitOverride();
}

function servers(): ServerSpec[] {
  return parseServers('tsmbd,smbd');
}

/** Lets commander say what is wrong with an argument. */
function checked<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}

function repeated(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function count(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`"${text}" is not a whole number above 0`);
  return Number(text);
}

function counts(text: string): number[] {
  return text.split(',').map(count);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 3600)) throw new Error(`"${text}" is not a number of seconds above 0`);
  return value;
}

function regex(text: string): RegExp {
  return new RegExp(text);
}

function modes(text: string): Mode[] {
  return text.split(',').map((name) => {
    const mode = MODES.find((known) => known === name);
    if (mode === undefined) throw new Error(`"${name}" is none of ${MODES.join(', ')}`);
    return mode;
  });
}
