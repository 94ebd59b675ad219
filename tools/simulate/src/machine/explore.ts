import { seeded } from '@tsmbd/tool-random';
import { shrink } from '../shrink.ts';
import { kindOf } from '../violation.ts';
import { chooseStep } from './choose.ts';
import { MachineRun, type MachineStep } from './machine-run.ts';

/** Steps of one schedule of the machine alone, before the silence at its end. */
export const MACHINE_STEPS = 50;

/** The violation, and the shortest script that shows it. */
export interface Failure<S> {
  readonly seed: number;
  readonly message: string;
  readonly script: readonly S[];
}

/**
 * Makes the machine on which a schedule is played. Tests break a rule in it, to see that this is
 * noticed.
 */
export type MakeMachine = () => MachineRun;

const newRun: MakeMachine = () => new MachineRun();

/** Plays one schedule. Returns undefined if all invariants held. */
export function exploreMachine(
  seed: number,
  make: MakeMachine = newRun,
): { message: string; script: readonly MachineStep[] } | undefined {
  const next = seeded(seed);
  const run = make();
  const script: MachineStep[] = [];
  try {
    for (let id = 1; id <= MACHINE_STEPS; id++) {
      const step = chooseStep(run, next, id);
      script.push(step);
      run.step(step);
    }
    run.finish();
  } catch (error) {
    return { message: (error as Error).message, script };
  }
  return undefined;
}

/** The message of the violation in a script; undefined if there is none. */
export function replayMachine(script: readonly MachineStep[], make: MakeMachine = newRun): string | undefined {
  const run = make();
  try {
    for (const step of script) run.step(step);
    run.finish();
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

/** Runs schedules of the seeds from `seed` on, until one fails or `more` says that it is enough. */
export async function exploreMachines(
  seed: number,
  more: (done: number) => boolean,
  make: MakeMachine = newRun,
): Promise<Failure<MachineStep> | number> {
  let done = 0;
  for (; more(done); done++) {
    const found = exploreMachine(seed + done, make);
    if (found === undefined) continue;
    // Only the same fault counts, not another one that a shorter script meets.
    const kind = kindOf(found.message);
    const script = await shrink(found.script, (steps) => kindOf(replayMachine(steps, make)) === kind);
    return { seed: seed + done, message: replayMachine(script, make) ?? found.message, script };
  }
  return done;
}
