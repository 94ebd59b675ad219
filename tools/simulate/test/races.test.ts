import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { EngineRun } from '../src/engine/engine-run.ts';
import { RACES } from '../src/engine/races/index.ts';

for (const workers of [undefined, 2, 4]) {
  for (const { name, known, rule, settings, play } of RACES) {
    const where = workers === undefined ? '' : `, ${workers} workers`;
    test.serial(`${name} (${known}) ${rule}${where}`, async (t) => {
      const run = new EngineRun({ ...settings, ...(workers === undefined ? {} : { workers }) });
      await play(run);
      await run.finish();
      t.deepEqual(run.world.errors, []);
    });
  }
}

test('each of 33 to 46 has a script, and the README says where', (t) => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  for (let item = 33; item <= 46; item++) {
    t.regex(readme, new RegExp(`^\\| ${item} \\|`, 'm'));
    if (item < 46)
      t.true(
        RACES.some(({ known }) => known.includes(String(item))),
        `${item}`,
      );
  }
  for (const [, path] of readme.matchAll(/`((?:apps|packages)\/[^`]+\.ts)`/g)) {
    t.true(existsSync(new URL(`../../../${path}`, import.meta.url)), path);
  }
});
