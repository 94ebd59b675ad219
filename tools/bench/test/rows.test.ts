import test from 'ava';
import { duration, median, number } from '../src/format.ts';
import { Histogram } from '../src/histogram.ts';
import { columnsOf, latencyHeading, latencyRow, type Result, rateHeading, rateRow } from '../src/rows.ts';
import type { Sample } from '../src/sample.ts';
import { parseServers } from '../src/servers/spec.ts';

function sampleOf(rate: number, cpuUs: number): Sample {
  const latency = new Histogram();
  latency.record(1000 / rate);
  return { rate, cpuUs, memory: 3 << 20, latency: latency.toJSON() };
}

const RESULT: Result = {
  case: 'open, close',
  unit: 'open',
  mode: 'signed',
  clients: 2,
  samples: {
    'tsmbd:1': [sampleOf(100, 20), sampleOf(300, 40), sampleOf(200, 30)],
    'tsmbd:2': [sampleOf(400, 30)],
    smbd: [sampleOf(160, 15)],
  },
};

test('a row has the median rates, their ratios to smbd, and the processor time of a unit', (t) => {
  const columns = columnsOf(parseServers('tsmbd:1,tsmbd:2,smbd'), [], [1, 2]);
  t.is(
    rateHeading(columns).split('\n')[0],
    '| case | mode | clients | tsmbd:1 | tsmbd:2 | smbd | rate tsmbd:1 / smbd | rate tsmbd:2 / smbd | ' +
      'tsmbd:1 CPU | tsmbd:2 CPU | smbd CPU | CPU tsmbd:1 / smbd | CPU tsmbd:2 / smbd |',
  );
  t.is(
    rateRow(RESULT, columns),
    '| open, close | signed | 2 | 200 open/s | 400 open/s | 160 open/s | **1.25** | **2.50** | ' +
      '30.0 µs | 30.0 µs | 15.0 µs | 2.00 | 2.00 |',
  );
});

test('other servers can be compared with, and a server that cannot do the case has dashes', (t) => {
  const columns = columnsOf(parseServers('tsmbd:1,tsmbd:2,floor'), ['tsmbd:1'], [1]);
  t.deepEqual(columns.ratios, [['tsmbd:2', 'tsmbd:1']]);
  t.is(
    rateRow(RESULT, columns),
    '| open, close | signed | 200 open/s | 400 open/s | – | **2.00** | 30.0 µs | 30.0 µs | – | 1.00 |',
  );
});

test('one client needs no column, and any other number does', (t) => {
  const servers = parseServers('tsmbd,smbd');
  t.false(columnsOf(servers, [], [1]).clients);
  t.true(columnsOf(servers, [], [4]).clients);
});

test('headings and rows have the same number of cells', (t) => {
  const columns = columnsOf(parseServers('tsmbd:1,smbd,floor'), ['floor'], [1, 2]);
  const cells = (line: string): number => line.split(' | ').length;
  const tables = [
    [rateHeading(columns), rateRow(RESULT, columns)],
    [latencyHeading(columns), latencyRow(RESULT, columns)],
  ];
  for (const [heading, row] of tables) {
    const [names, lines] = heading!.split('\n');
    t.is(cells(names!), cells(lines!));
    t.is(cells(names!), cells(row!));
  }
});

test('latencies are of all samples together', (t) => {
  const columns = columnsOf(parseServers('tsmbd:1,smbd'), [], [2]);
  t.regex(latencyRow(RESULT, columns), /^\| open, close \| signed \| 2 \| 5\.0\d ms \/ 10\.0 ms \/ 10\.0 ms \| /);
});

test('numbers have three digits, or separators', (t) => {
  t.deepEqual([0.123456, 9.876, 99.96, 123.4, 1_234_567].map(number), ['0.123', '9.88', '100', '123', '1,234,567']);
  t.deepEqual([0.0421, 5.5, 12_345].map(duration), ['42.1 µs', '5.50 ms', '12.3 s']);
  t.is(median([3, 1, 2]), 2);
  t.is(median([4, 1, 2, 3]), 2.5);
});
