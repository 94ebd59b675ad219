import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startDaemon, type TestDaemon, USER, USER2 } from '@tsmbd/tool-conformance';
import { SmbClient } from '@tsmbd/tool-smb-client';
import { residentMiB } from '../resident-memory.ts';
import type { Attack, Scene } from './attack.ts';
import { ATTACKS } from './attacks.ts';
import { Onlooker, type Seen } from './onlooker.ts';

/** What an onlooker may experience at most, whatever another client does. */
export const LIMITS = { slowestMs: 250, rssMiB: 512, workerMiB: 96 } as const;

/** One attack, and its effect on the onlooker and on the daemon's memory. */
export interface CrowdReport extends Seen {
  readonly attack: string;
  readonly seconds: number;
  /** The daemon's largest resident memory, in MiB. */
  readonly rssMiB: number;
  /** 999 of 1,000 turns of the daemon's event loop took no longer. */
  readonly turnP999Ms: number;
  readonly longestTurnMs: number;
  /** What the longest turn was used for. */
  readonly longestTurn: string;
  /** What must not happen, however slow the machine is. Empty is good. */
  readonly findings: readonly string[];
  /** The onlooker waited longer than LIMITS allows. */
  readonly isSlow: boolean;
}

/**
 * Plays the attacks one after the other, each with an onlooker, against a daemon of this tree that
 * is started for it. The attacker is a process of its own, so that its work does not slow down the
 * onlooker.
 *
 * @param scale 1: as in the table of docs/robustness.md; less for a short form
 * @param tries how often an attack is played at most if the onlooker waited too long: something
 *   else may have been running
 */
export async function crowd(scale: number, only = /./, tries = 1): Promise<CrowdReport[]> {
  const reports: CrowdReport[] = [];
  for (const attack of ATTACKS.filter(({ name }) => only.test(name))) {
    let report = await playOne(attack, scale);
    for (let n = 1; n < tries && report.isSlow; n++) report = await playOne(attack, scale);
    reports.push(report);
  }
  return reports;
}

async function playOne({ name, globals = '' }: Attack, scale: number): Promise<CrowdReport> {
  const findings: string[] = [];
  await using daemon = await startDaemon(2, globals, (text) => {
    if (/bug:|RangeError|could not be handled/.test(text)) findings.push(text.slice(0, 300));
  });
  const [user = '', password = ''] = USER2.split('%');
  const onlooker = new Onlooker(daemon.port, user, password, daemon.shares[1]!.name);
  let rssMiB = 0;
  const sampler = setInterval(() => {
    rssMiB = Math.max(rssMiB, residentMiB(daemon.pid));
  }, 20);
  const begun = performance.now();
  const failed = await attackerEnds(name, scale, daemon);
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  if (failed !== undefined) findings.push(`the attacker: ${failed}`);
  let seen: Seen = { requests: 0, medianMs: 0, slowestMs: 0, logons: 0, slowestLogonMs: 0 };
  try {
    seen = await onlooker.stop();
  } catch (error) {
    findings.push(`the onlooker: ${(error as Error).message}`);
  }
  clearInterval(sampler);
  const loop = await loopOf(daemon);
  // Each further worker has a heap, compiled code and buffers of its own.
  const most = LIMITS.rssMiB + LIMITS.workerMiB * (workersOf() - 1);
  if (rssMiB > most) findings.push(`${rssMiB} MiB`);
  return { attack: name, seconds, rssMiB, ...seen, ...loop, findings, isSlow: seen.slowestMs > LIMITS.slowestMs };
}

/** How many workers the daemon has. */
function workersOf(): number {
  return Number(process.env['TSMBD_TEST_WORKERS'] ?? Math.min(availableParallelism(), 16));
}

async function loopOf(daemon: TestDaemon): Promise<Pick<CrowdReport, 'turnP999Ms' | 'longestTurnMs' | 'longestTurn'>> {
  const loops = (await daemon.status('--loop')) as {
    sinceStart: { p999: number; max: number; longest?: { work: string } };
  }[];
  const worst = loops.map(({ sinceStart }) => sinceStart).sort((a, b) => b.max - a.max)[0]!;
  return { turnP999Ms: worst.p999, longestTurnMs: worst.max, longestTurn: worst.longest?.work ?? '' };
}

/** Runs the attack in a process of its own. Returns what the process printed if it failed. */
function attackerEnds(name: string, scale: number, daemon: TestDaemon): Promise<string | undefined> {
  const { name: share, folder } = daemon.shares[0]!;
  const words = [fileURLToPath(import.meta.url), name, String(scale), String(daemon.port), share, folder, daemon.state];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  return new Promise((resolve) => child.on('exit', (status) => resolve(status === 0 ? undefined : said.slice(0, 500))));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, scale, port, share = '', folder = '', state = ''] = process.argv.slice(2);
  const [user = '', password = ''] = USER.split('%');
  const scene: Scene = {
    share,
    folder,
    state,
    scale: Number(scale),
    logOn: (options) => SmbClient.login('127.0.0.1', Number(port), user, password, { verify: false, ...options }),
    async connect() {
      const client = await SmbClient.connect('127.0.0.1', Number(port));
      await client.negotiate();
      return client;
    },
  };
  await ATTACKS.find((attack) => attack.name === name)!.run(scene);
  process.exit(0);
}
