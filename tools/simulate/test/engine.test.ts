import test from 'ava';
import { exploreEngines } from '../src/engine/explore.ts';
import { scriptText } from '../src/script.ts';

const SCHEDULES = 250;

async function holds(seed: number): Promise<string | undefined> {
  const found = await exploreEngines(seed, (done) => done < SCHEDULES);
  if (typeof found === 'number') return undefined;
  return (
    `${found.message}\nnode tools/simulate/src/main.ts --engine --seed ${found.seed} --schedules 1\n` +
    `or with these lines in a file: --engine --replay FILE\n${scriptText(found.script)}`
  );
}

// One after the other: a schedule listens for promises that nobody caught.
test.serial('clients, time, a slow disk and restarts in any order: the same schedules each time', async (t) => {
  t.is(await holds(1), undefined);
});

test.serial('the same of schedules that nobody has tried', async (t) => {
  t.is(await holds(Date.now() % 0x7fff_0000), undefined);
});
