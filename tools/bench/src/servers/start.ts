import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, listening, startSmbd as startPrivateSmbd } from '@tsmbd/tool-smbd';
import type { Mode, Target } from '../cases/job.ts';
import { PASSWORD, SHARE, USER } from '../cases/operations.ts';
import type { ServerSpec } from './spec.ts';

/** A server under measurement. */
export interface BenchServer extends AsyncDisposable {
  readonly spec: ServerSpec;
  readonly port: number;
  readonly pid: number;
  /** smbd's version; undefined for the servers of this tree. */
  readonly version?: string;
}

export interface StartOptions {
  /** The shared folder. */
  readonly share: string;
  /** A folder for configuration and state. */
  readonly work: string;
  /**
   * Room for so many connections from one address, in the configuration and in the limit of open
   * files. Default: what the server's defaults allow.
   */
  readonly connections?: number;
  /** Arguments for tsmbd's Node. */
  readonly nodeArguments?: readonly string[];
}

const MAIN = fileURLToPath(new URL('../../../../apps/server/src/main.ts', import.meta.url));
const FLOOR = fileURLToPath(new URL('../floor/main.ts', import.meta.url));

export function startServer(spec: ServerSpec, options: StartOptions): Promise<BenchServer> {
  if (spec.kind === 'tsmbd') return startTsmbd(spec, options);
  return spec.kind === 'smbd' ? startSmbd(spec, options) : startFloor(spec, options);
}

/** What a client needs to know to work on the server. */
export function targetOf({ spec, port }: BenchServer, mode: Mode): Omit<Target, 'client' | 'clients'> {
  // A colon is not for names of folders.
  return { server: spec.name.replace(':', '-'), protocol: spec.kind === 'floor' ? 'floor' : 'smb', port, mode };
}

/**
 * The lines of tsmbd's configuration. The client chooses whether to sign. One worker is what tsmbd
 * has without being told.
 */
export function configurationOf(spec: ServerSpec, port: number, { share, connections }: StartOptions): string {
  const lines = [
    '[global]',
    `tcp port = ${port}`,
    'interfaces = 127.0.0.1',
    'bind interfaces only = yes',
    'server signing = auto',
  ];
  if (spec.workers !== undefined) lines.push(`workers = ${spec.workers}`);
  if (connections !== undefined) {
    lines.push(`max server connections = ${connections}`, `max connections per address = ${connections}`);
  }
  lines.push(`[${SHARE}]`, `path = ${share}`, 'read only = no', '');
  return lines.join('\n');
}

/** tsmbd keeps an eighth of its descriptors for connections. */
const DESCRIPTORS_PER_CONNECTION = 8;

/** The account is the user who measures, whose folders are shared. */
const OWN = String(process.geteuid!());

async function startTsmbd(spec: ServerSpec, options: StartOptions): Promise<BenchServer> {
  const folder = join(options.work, spec.name.replace(':', '-'));
  const state = join(folder, 'state');
  mkdirSync(state, { recursive: true });
  const config = join(folder, 'tsmbd.conf');
  const port = await freePort();
  writeFileSync(config, configurationOf(spec, port, options));
  const added = spawnSync(process.execPath, [MAIN, 'user', 'add', USER, '--uid', OWN, '--state', state], {
    input: `${PASSWORD}\n`,
    encoding: 'utf8',
  });
  if (added.status !== 0) throw new Error(`tsmbd user add: ${added.stderr}`);
  const command = [
    process.execPath,
    ...(options.nodeArguments ?? []),
    MAIN,
    ...['serve', '--config', config, '--state', state, '--log-level', 'warn'],
  ];
  const { connections } = options;
  const child = start(
    connections === undefined ? command : withDescriptors(connections * DESCRIPTORS_PER_CONNECTION + 1000, command),
  );
  return await running(spec, port, child);
}

/** smbd of the system, private to this run. It has no limit of connections; each is a process. */
async function startSmbd(spec: ServerSpec, { share, work }: StartOptions): Promise<BenchServer> {
  const port = await freePort();
  const smbd = await startPrivateSmbd({
    folder: join(work, 'smbd'),
    port,
    share: { name: SHARE, path: share },
    password: PASSWORD,
  });
  return {
    spec,
    port,
    pid: smbd.pid,
    version: smbd.version,
    [Symbol.asyncDispose]: () => smbd[Symbol.asyncDispose](),
  };
}

async function startFloor(spec: ServerSpec, { share }: StartOptions): Promise<BenchServer> {
  const port = await freePort();
  return await running(spec, port, start([process.execPath, FLOOR, String(port), share]));
}

/** A command that runs with another limit of open files. prlimit(1) becomes the command itself. */
function withDescriptors(count: number, command: readonly string[]): string[] {
  return ['prlimit', `--nofile=${count}:${count}`, ...command];
}

function start([program = '', ...args]: readonly string[]): ChildProcess {
  return spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function running(spec: ServerSpec, port: number, child: ChildProcess): Promise<BenchServer> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await listening(port, () => child.exitCode !== null || child.signalCode !== null);
  return {
    spec,
    port,
    pid: child.pid!,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}
