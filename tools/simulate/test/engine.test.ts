import test from 'ava';
import { exploreEngines } from '../src/engine/explore.ts';
import { posixBackend } from '../src/engine/posix-backend.ts';
import type { WorldSettings } from '../src/engine/world.ts';
import { scriptText } from '../src/script.ts';

const SCHEDULES = 250;

async function holds(seed: number, count = SCHEDULES, backend?: WorldSettings['backend']): Promise<string | undefined> {
  const settings = backend === undefined ? {} : { backend };
  const found = await exploreEngines(seed, (done) => done < count, settings);
  if (typeof found === 'number') return undefined;
  const mode = backend === undefined ? '--engine' : '--engine --backend posix';
  return (
    `${found.message}\nnode tools/simulate/src/main.ts ${mode} --seed ${found.seed} --schedules 1\n` +
    `or with these lines in a file: ${mode} --replay FILE\n${scriptText(found.script)}`
  );
}

// One after the other: a schedule listens for promises that nobody caught.
test.serial('clients, time, a slow disk and restarts in any order: the same schedules each time', async (t) => {
  t.is(await holds(1), undefined);
});

test.serial('the same of schedules that nobody has tried', async (t) => {
  t.is(await holds(Date.now() % 0x7fff_0000), undefined);
});

test.serial('the same over a folder of this machine, whose calls take the time that they take', async (t) => {
  t.is(await holds(1, 40, posixBackend), undefined);
  t.is(await holds(Date.now() % 0x7fff_0000, 20, posixBackend), undefined);
});
