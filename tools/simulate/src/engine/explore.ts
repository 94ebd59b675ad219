import { MAX_WORKERS } from '@tsmbd/smb2-server';
import { seeded } from '@tsmbd/tool-random';
import type { Failure } from '../machine/explore.ts';
import { shrink } from '../shrink.ts';
import { kindOf } from '../violation.ts';
import { chooseScript } from './choose.ts';
import { EngineRun } from './engine-run.ts';
import type { EngineStep } from './steps.ts';
import type { WorldSettings } from './world.ts';

/** Steps of one schedule of the whole engine, before the silence at its end. */
export const ENGINE_STEPS = 60;

/** Plays a script. Returns the message of the violation, or undefined if there is none. */
export async function replayEngine(
  script: readonly EngineStep[],
  settings: WorldSettings = {},
): Promise<string | undefined> {
  // The anonymous user may log on, but cannot connect to any share.
  const run = new EngineRun({ ...settings, config: { allowAnonymous: true, ...settings.config } });
  // A rejected promise that nobody handles would end the daemon.
  const uncaught = (error: unknown): void =>
    void run.world.errors.push(`nobody caught ${error instanceof Error ? error.stack : String(error)}`);
  process.on('unhandledRejection', uncaught);
  try {
    for (const step of script) await run.step(step);
    await run.finish();
  } catch (error) {
    return (error as Error).message;
  } finally {
    process.off('unhandledRejection', uncaught);
    await run.world.dispose();
  }
  return undefined;
}

/** The script of a seed. It does not depend on what happens while it is played. */
export function engineScript(seed: number): EngineStep[] {
  return chooseScript(seeded(seed), ENGINE_STEPS);
}

/** The script of a seed, in which workers die too. */
function scriptWithDeaths(seed: number): EngineStep[] {
  const script = engineScript(seed);
  const next = seeded(seed);
  for (let deaths = 1 + next(3); deaths > 0; deaths--) {
    script.splice(next(script.length), 0, { do: 'kill-worker', worker: next(MAX_WORKERS) });
  }
  return script;
}

/**
 * Runs schedules of the seeds from `seed` on, until one fails or `more` says that it is enough.
 *
 * @param deaths workers die too
 */
export async function exploreEngines(
  seed: number,
  more: (done: number) => boolean,
  settings: WorldSettings = {},
  deaths = false,
): Promise<Failure<EngineStep> | number> {
  let done = 0;
  for (; more(done); done++) {
    const script = deaths ? scriptWithDeaths(seed + done) : engineScript(seed + done);
    const message = await replayEngine(script, settings);
    if (message === undefined) continue;
    // Only the same fault counts, not another one that a shorter script meets.
    const kind = kindOf(message);
    const short = await shrink(script, async (steps) => kindOf(await replayEngine(steps, settings)) === kind, 400);
    return { seed: seed + done, message: (await replayEngine(short, settings)) ?? message, script: short };
  }
  return done;
}
