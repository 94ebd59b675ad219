import test from 'ava';
import { type CpuProfile, callTree, newFrame, together } from '../src/profile/cpu-profile.ts';
import type { Result } from '../src/rows.ts';
import { flameGraph } from '../src/svg/flame-graph.ts';
import { niceCeiling, rateCharts, short } from '../src/svg/rate-chart.ts';
import { escaped } from '../src/svg/svg.ts';

const sampleOf = (rate: number) => ({ rate, cpuUs: 1, memory: 1, latency: { counts: [], maxMs: 0 } });

function resultOf(name: string, clients: number, rates: Readonly<Record<string, number>>): Result {
  const samples = Object.fromEntries(Object.entries(rates).map(([server, rate]) => [server, [sampleOf(rate)]]));
  return { case: name, unit: 'read', mode: 'plain', clients, samples };
}

test('a chart has a panel for each case, and in it a line for each server', (t) => {
  const svg = rateCharts(
    [
      resultOf('a < b', 1, { tsmbd: 1000, smbd: 500 }),
      resultOf('a < b', 2, { tsmbd: 2000, smbd: 250 }),
      resultOf('second', 1, { tsmbd: 10 }),
    ],
    ['tsmbd', 'smbd'],
  );
  t.is(svg.match(/<g /g)?.length, 2);
  t.is(svg.match(/<polyline /g)?.length, 2);
  // One dot for each point, and one for each server in the legend.
  t.is(svg.match(/<circle /g)?.length, 5 + 2);
  t.true(svg.includes('a &lt; b, plain'));
  t.true(svg.includes('<title>tsmbd, 2: 2,000 read/s</title>'));
  // The plot is 216 wide from 52 on, and 130 high above 160: 2,000 is its top.
  t.true(svg.includes('points="52,95 268,30"'), svg);
  t.true(svg.includes('points="52,127.5 268,143.75"'), svg);
});

test('axes end at a round number', (t) => {
  t.deepEqual([0, 0.7, 1, 1.1, 230, 26_000, 99_000].map(niceCeiling), [1, 1, 1, 2, 250, 50_000, 100_000]);
  t.deepEqual([0, 250, 9_999, 12_500, 2_500_000].map(short), ['0', '250', '10000', '12.5k', '2.5M']);
});

test('a flame graph gives each frame the width of its time', (t) => {
  const thread = newFrame('main thread', '', 0);
  const a = { ...newFrame('a', 'smb2-server/src/a.ts', 3), self: 25 };
  a.children.set('b', { ...newFrame('b<c>', '', 0), self: 75 });
  thread.children.set('a', a);
  const svg = flameGraph('title', together('all threads', [thread]));
  t.is(svg.match(/<rect [^>]*width="1600" height="16"/g)?.length, 3);
  t.true(svg.includes('width="1200" height="16"'));
  t.true(svg.includes('<title>a smb2-server/src/a.ts:3, 100.0 %</title>'));
  t.true(svg.includes('<title>b&lt;c&gt;, 75.0 %</title>'));
});

test('a flame graph of nothing is a picture too', (t) => {
  const profile: CpuProfile = {
    nodes: [{ id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1 } }],
    startTime: 0,
    samples: [],
    timeDeltas: [],
  };
  t.true(flameGraph('nothing', callTree('main thread', profile, 0, 1)).startsWith('<svg '));
});

test('what means something in XML is escaped', (t) => {
  t.is(escaped('<a b="c">&'), '&lt;a b=&quot;c&quot;&gt;&amp;');
});
