import { seeded } from '@tsmbd/tool-random';
import { freePort } from '@tsmbd/tool-smbd';
import { MortalDaemon } from './daemon.ts';
import { Holder } from './holder.ts';
import { checkFree, checkLocks, rival } from './others.ts';

export interface ChaosOptions {
  /** How many times the daemon is killed. */
  readonly kills: number;
  readonly seed: number;
  /** How many clients there are. Each has one file. */
  readonly clients: number;
  /** Of 127.0.0.1; a free one without. */
  readonly port?: number | undefined;
  /** `workers =` of the daemon's configuration; default auto. */
  readonly workers?: string;
  /** What is killed; default the daemon. A worker thread takes only its own connections with it. */
  readonly victim?: 'daemon' | 'worker';
  readonly onProgress?: (kills: number) => void;
}

export interface ChaosReport {
  readonly seed: number;
  readonly kills: number;
  readonly seconds: number;
  /**
   * Operations of the holders, how often they came back, how many requests they sent again, how
   * often they were told to come later, and how many lease breaks they were told of.
   */
  readonly steps: number;
  readonly reconnects: number;
  readonly repeated: number;
  readonly later: number;
  readonly breaks: number;
  /**
   * Opens by another client, and how often that client was told that the file is kept for its
   * holder.
   */
  readonly rivalOpened: number;
  readonly rivalTold: number;
  /** What must not happen. Empty is good. */
  readonly findings: readonly string[];
}

/** Milliseconds between the daemon's start and the next kill, which may come before it listens. */
const LIFE_MS = { least: 150, more: 1500 };

/**
 * Kills the daemon again and again while clients hold files, and checks after every kill what is
 * left.
 */
export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const { kills, port = await freePort() } = options;
  const start = performance.now();
  const below = seeded(options.seed);
  const findings: string[] = [];
  const holders = Array.from({ length: options.clients }, (_, i) => new Holder(port, i, seeded(options.seed + 1 + i)));
  let rivalOpened = 0;
  let rivalTold = 0;
  await using daemon = new MortalDaemon(port, options.workers ?? 'auto');
  daemon.start();
  let killed = 0;
  const killOne = async (): Promise<void> => {
    if (options.victim === 'worker') return daemon.killWorker(below);
    await daemon.kill();
    daemon.start();
  };
  try {
    while (killed < kills) {
      // A round: the holders work through one or two kills, then all holders come back and another
      // client looks at the files.
      let over = false;
      const enough = (): boolean => over;
      const working = Promise.all(holders.map((holder) => holder.work(enough)));
      const pick = (): string => holders[below(holders.length)]!.name;
      const rivalry = rival(port, pick, enough).then(({ opened, told }) => {
        rivalOpened += opened;
        rivalTold += told;
      });
      const killing = (async () => {
        for (let times = 1 + below(2); times > 0 && killed < kills; times--) {
          await new Promise((resolve) => setTimeout(resolve, LIFE_MS.least + below(LIFE_MS.more)));
          await killOne();
          killed++;
        }
        over = true;
      })();
      await Promise.race([Promise.all([working, rivalry, killing]), failed(working), failed(rivalry)]);
      for (const holder of holders) await checkLocks(port, holder.name, holder.ranges());
      options.onProgress?.(killed);
    }
    for (const holder of holders) await holder.finish();
    for (const holder of holders) await checkFree(port, holder.name);
    // The state of the next daemon must not contain what was closed for good either.
    await daemon.kill();
    daemon.start();
    for (const holder of holders) await checkFree(port, holder.name);
    const { waitingOpens } = await daemon.status();
    if (waitingOpens.length > 0) findings.push(`${waitingOpens.length} opens wait for nobody`);
  } catch (error) {
    findings.push((error as Error).message);
  }
  findings.push(...daemon.complaints);
  const total = (what: keyof Holder['counts']): number => holders.reduce((sum, h) => sum + h.counts[what], 0);
  return {
    seed: options.seed,
    kills: killed,
    seconds: Math.round((performance.now() - start) / 1000),
    steps: total('steps'),
    reconnects: total('reconnects'),
    repeated: total('repeated'),
    later: total('later'),
    breaks: total('breaks'),
    rivalOpened,
    rivalTold,
    findings,
  };
}

/** Settles only if another promise rejects: if one client fails, the rest must not wait for it. */
function failed(promise: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => promise.catch(reject));
}
