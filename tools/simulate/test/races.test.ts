import test from 'ava';
import { EngineRun } from '../src/engine/engine-run.ts';
import { RACES } from '../src/engine/races.ts';

for (const { name, known, rule, play } of RACES) {
  test.serial(`${name} (${known}) ${rule}`, async (t) => {
    const run = new EngineRun();
    await play(run);
    await run.finish();
    t.deepEqual(run.world.errors, []);
  });
}
