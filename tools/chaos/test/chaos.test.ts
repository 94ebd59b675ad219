import test from 'ava';
import { chaos } from '../src/run.ts';

test('a daemon that is killed loses nothing of what its clients hold', async (t) => {
  const report = await chaos({ kills: 3, seed: 20, clients: 4 });
  t.deepEqual(report.findings, []);
  t.true(report.reconnects > 0 && report.steps > 0 && report.rivalOpened > 0);
});
