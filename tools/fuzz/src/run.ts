import { readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon, type TestDaemon, USER, USER2 } from '@tsmbd/tool-conformance';
import { SmbClient } from '@tsmbd/tool-smb-client';
import { createPosixVfs } from '@tsmbd/vfs-adapter';
import { attackAfterLogon, type Target } from './after-logon.ts';
import { attackBeforeLogon } from './before-logon.ts';
import { Bystander } from './bystander.ts';
import { loadCorpus } from './corpus.ts';
import { Random } from './random.ts';
import { residentMiB } from './resident-memory.ts';
import { Tally } from './tally.ts';

export interface FuzzOptions {
  readonly frames: number;
  readonly seed: number;
  /** Connections at once; default 4. */
  readonly parallel?: number;
  /** Called now and then. */
  readonly onProgress?: (frames: number, rssMiB: number) => void;
}

export interface FuzzReport {
  readonly seed: number;
  readonly frames: number;
  readonly beforeLogon: number;
  readonly afterLogon: number;
  readonly connections: number;
  /**
   * Sessions that ended before all their frames were sent: a frame ended them, or the server did
   * because of a frame.
   */
  readonly sessionsEnded: number;
  readonly seconds: number;
  /** Resident memory of the daemon after a tenth of the frames, and at the end, idle, in MiB. */
  readonly warmMiB: number;
  readonly endMiB: number;
  readonly bystanderRounds: number;
  readonly bystanderSlowestMs: number;
  readonly statuses: Record<string, number>;
  /**
   * What must not happen: the daemon ends, does not answer or damages data, or the log has `bug:`
   * lines. Empty is good.
   */
  readonly findings: readonly string[];
}

/** Attacks a daemon of this tree, started for it, while a bystander works on it. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const corpus = loadCorpus();
  const findings: string[] = [];
  const bugs = new Map<string, string>();
  let pending = '';
  const onLog = (text: string): void => {
    const lines = (pending + text).split('\n');
    pending = lines.pop()!;
    for (const line of lines) if (isFinding(line)) bugs.set(keyOf(line), line);
  };
  await using daemon = await startDaemon(2, '', onLog);
  const [attacked, quiet] = [targetOf(daemon, 0, USER), targetOf(daemon, 1, USER2)];
  const tally = new Tally();
  const bystander = new Bystander(quiet);
  const start = performance.now();
  let warmMiB = 0;
  let next = 0;

  const worker = async (): Promise<void> => {
    while (tally.frames < options.frames && findings.length === 0) {
      // Every connection has its own seed, so that it can be examined alone.
      const random = new Random(options.seed * 1_000_003 + next++);
      if (next % 40 === 1) clear(daemon);
      try {
        if (random.oneIn(3)) await attackBeforeLogon(daemon.port, 24, corpus, random, tally);
        else {
          const target = { ...attacked, session: next };
          await attackOpenShare(daemon, () => attackAfterLogon(target, 192, corpus, random, tally));
        }
      } catch (error) {
        findings.push(`connection ${next - 1}: ${(error as Error).message}`);
      }
      if (warmMiB === 0 && tally.frames >= options.frames / 10) warmMiB = residentMiB(daemon.pid);
      if (next % 100 === 0) options.onProgress?.(tally.frames, residentMiB(daemon.pid));
    }
  };
  await Promise.all(Array.from({ length: options.parallel ?? 4 }, worker));

  const rounds = bystander.rounds;
  await bystander.stop().catch((error: Error) => findings.push(`bystander: ${error.message}`));
  if (rounds === 0) findings.push('the bystander made no progress');
  const seconds = (performance.now() - start) / 1000;
  await logsOn(attacked).catch((error: Error) => findings.push(`no logon afterwards: ${error.message}`));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const endMiB = residentMiB(daemon.pid);
  const left = await leftOpen(daemon, attacked.share);
  if (left !== undefined) findings.push(left);
  if (endMiB === 0) findings.push('the daemon has ended');
  if (endMiB > warmMiB + GROWTH_MIB) findings.push(`memory grew from ${warmMiB} to ${endMiB} MiB`);
  return {
    seed: options.seed,
    frames: tally.frames,
    beforeLogon: tally.before,
    afterLogon: tally.after,
    connections: tally.connections,
    sessionsEnded: tally.ended,
    seconds: Math.round(seconds),
    warmMiB,
    endMiB,
    bystanderRounds: bystander.rounds,
    bystanderSlowestMs: Math.round(bystander.slowestMs),
    statuses: tally.statuses(),
    findings: [...findings, ...bugs.values()],
  };
}

function targetOf(daemon: TestDaemon, share: number, account: string): Omit<Target, 'session'> {
  const [user = '', password = ''] = account.split('%');
  return { port: daemon.port, user, password, share: daemon.shares[share]!.name };
}

/** Removes what mutated requests have made. */
function clear(daemon: TestDaemon): void {
  const { folder } = daemon.shares[0]!;
  for (const entry of readdirSync(folder)) {
    // Others may be making files there meanwhile.
    rmSync(join(folder, entry), { recursive: true, force: true, maxRetries: 10 });
  }
}

/**
 * Runs an attack. Runs it again if a mutated descriptor on the share's root had locked everybody
 * out before the attack could begin.
 */
async function attackOpenShare(daemon: TestDaemon, attack: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    await openRootToAll(daemon.shares[0]!.folder);
    try {
      return await attack();
    } catch (error) {
      if (tries === 5 || !(error as Error).message.endsWith('STATUS_ACCESS_DENIED')) throw error;
    }
  }
}

async function openRootToAll(root: string): Promise<void> {
  const vfs = createPosixVfs({ root });
  const { handle } = await vfs.open([], { disposition: 'open', kind: 'directory', data: 'none' });
  await handle.setSecurityDescriptor(OPEN_TO_ALL);
  await handle.close();
  await vfs.dispose();
}

/**
 * A self-relative descriptor with a null DACL, which gives everybody all rights. [MS-DTYP] 2.4.6
 */
const OPEN_TO_ALL = Uint8Array.of(1, 0, 0x04, 0x80, ...new Uint8Array(16));

async function logsOn(target: Omit<Target, 'session'>): Promise<void> {
  const client = await SmbClient.login('127.0.0.1', target.port, target.user, target.password);
  await client.tree(target.share);
  client.close();
  await client.ended();
}

/**
 * A line that says that a handler threw an unexpected error, or that the process is about to end.
 */
function isFinding(line: string): boolean {
  return (
    line.includes('bug:') || /^\s*(\w*Error|Uncaught|node:internal|Warning)\b/.test(line) || line.includes('FATAL')
  );
}

/** Lines from the same place in the code are one finding. */
function keyOf(line: string): string {
  return /at .*?:\d+:\d+/.exec(line)?.[0] ?? line;
}

/**
 * What is wrong with the descriptors that the daemon still has in the attacked share, if it stays
 * wrong.
 */
async function leftOpen(daemon: TestDaemon, share: string): Promise<string | undefined> {
  for (let tries = 1; ; tries++) {
    // A durable open keeps its file for a client that may come back. Every other descriptor is one
    // too many. The status is asked first, because an open whose time runs out meanwhile then has
    // no descriptor any more.
    const { waitingOpens } = (await daemon.status()) as { waitingOpens: readonly { share: string }[] };
    const waiting = waitingOpens.filter((open) => open.share === share).length;
    const left = descriptors(daemon);
    if (left.length <= waiting) return undefined;
    // An open whose time ran out just before is being closed.
    if (tries === 3)
      return `descriptors left open: ${left.length}, of durable opens ${waiting}, ${left.slice(0, 3).join(', ')}`;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** What the daemon still has open within the attacked share when no session is left. */
function descriptors(daemon: TestDaemon): string[] {
  const folder = `/proc/${daemon.pid}/fd`;
  return readdirSync(folder)
    .map((fd) => {
      try {
        return readlinkSync(`${folder}/${fd}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === undefined) throw error;
        return '';
      }
    })
    .filter((link) => link.startsWith(`${daemon.shares[0]!.folder}/`));
}

/**
 * By how much the heap and the buffer pools of an idle daemon may have grown since a tenth of the
 * frames.
 */
const GROWTH_MIB = 150;
