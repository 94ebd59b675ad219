import { seeded } from '../random.ts';
import { shrink } from '../shrink.ts';
import { chooseStep } from './choose.ts';
import { MachineRun, type MachineStep } from './machine-run.ts';

/** Steps of one schedule of the bare machine, before the silence at its end. */
export const MACHINE_STEPS = 50;

/** What went wrong, and the shortest script that shows it. */
export interface Failure<S> {
  readonly seed: number;
  readonly message: string;
  readonly script: readonly S[];
}

/** One schedule; undefined when everything held. */
export function exploreMachine(seed: number): { message: string; script: readonly MachineStep[] } | undefined {
  const next = seeded(seed);
  const run = new MachineRun();
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

/** The message of what goes wrong in a script; undefined when nothing does. */
export function replayMachine(script: readonly MachineStep[]): string | undefined {
  const run = new MachineRun();
  try {
    for (const step of script) run.step(step);
    run.finish();
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

/** Runs schedules of seeds from `seed` on until one fails or `more` says that it is enough. */
export async function exploreMachines(
  seed: number,
  more: (done: number) => boolean,
): Promise<Failure<MachineStep> | number> {
  let done = 0;
  for (; more(done); done++) {
    const found = exploreMachine(seed + done);
    if (found === undefined) continue;
    const script = await shrink(found.script, (steps) => replayMachine(steps) !== undefined);
    return { seed: seed + done, message: replayMachine(script) ?? found.message, script };
  }
  return done;
}
