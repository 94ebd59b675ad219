import test from 'ava';
import { fuzz } from '../src/index.ts';

test('3,000 mutated frames neither end the daemon nor hang it nor disturb a bystander', async (t) => {
  const seed = Number(process.env['FUZZ_SEED'] ?? 7);
  const report = await fuzz({ frames: 3000, seed });
  t.log(report);
  t.deepEqual(report.findings, [], `seed ${seed}`);
  t.true(report.frames >= 3000);
  t.true(report.bystanderRounds > 0);
});
