import { seeded } from '@tsmbd/tool-random';
import type { Case, Step } from '../case.ts';
import { SHARES } from '../people.ts';
import { chance, oneOf, weighted } from './choice.ts';
import { chooseCreate } from './creates.ts';
import { chooseNodes } from './nodes.ts';
import { chooseOrdinary } from './ordinary.ts';
import { chooseRequest } from './requests.ts';

/**
 * How many of a hundred cases are those in which everybody has all rights and requests must
 * succeed.
 */
const ORDINARY = 6;
/** The most requests of a case, without the CLOSEs at its end. */
const MOST_STEPS = 6;

/** The case of a seed. It does not depend on what happens. */
export function generate(seed: number): Case {
  const next = seeded(Math.imul(seed, 0x9e37_79b1) ^ 0x5bd1_e995);
  if (chance(next, ORDINARY)) return chooseOrdinary(next);
  const nodes = chooseNodes(next);
  const share = weighted(next, [
    [60, 'all' as const],
    [40, oneOf(next, SHARES)],
  ]);
  const count = 1 + next(MOST_STEPS);
  const steps: Step[] = [];
  const opens: number[] = [];
  for (let id = 0; id < count; id++) {
    const goesOn = opens.length > 0 && chance(next, 65);
    // Mostly the latest open: what an open is for usually comes right after its CREATE.
    const on = chance(next, 70) ? opens.at(-1)! : oneOf(next, opens.length > 0 ? opens : [0]);
    if (goesOn) steps.push(chooseRequest(next, on, opens));
    else {
      steps.push(chooseCreate(next, id, nodes, share));
      opens.push(id);
    }
  }
  return { nodes, steps };
}
