import test from 'ava';
import { Histogram, merged } from '../src/histogram.ts';

const near = (value: number, wanted: number): boolean => Math.abs(value - wanted) <= wanted * 0.017;

test('percentiles of 1 to 1,000 ms are within 1.7 %, and the maximum is exact', (t) => {
  const histogram = new Histogram();
  for (let ms = 1; ms <= 1000; ms++) histogram.record(ms);
  t.is(histogram.total, 1000);
  t.true(near(histogram.percentile(50), 500), `${histogram.percentile(50)}`);
  t.true(near(histogram.percentile(99), 990), `${histogram.percentile(99)}`);
  t.true(near(histogram.percentile(0), 1), `${histogram.percentile(0)}`);
  t.true(histogram.percentile(100) <= 1000 && near(histogram.percentile(100), 1000));
  t.is(histogram.maxMs, 1000);
});

test('durations from 64 ns to 4 minutes are told apart', (t) => {
  for (const ms of [0.0001, 0.0005, 0.004, 0.0171, 0.3, 4.9, 77, 3500, 240_000]) {
    const histogram = new Histogram();
    histogram.record(ms);
    // A longer one, so that the maximum does not cut the percentile off.
    histogram.record(ms * 2);
    t.true(
      Math.abs(histogram.percentile(50) - ms) <= Math.max(ms * 0.017, 0.00004),
      `${ms}: ${histogram.percentile(50)}`,
    );
  }
});

test('one long wait among many short ones is the maximum and not the 99th percentile', (t) => {
  const histogram = new Histogram();
  for (let i = 0; i < 999; i++) histogram.record(0.05);
  histogram.record(300_000);
  t.true(near(histogram.percentile(99), 0.05));
  t.is(histogram.maxMs, 300_000);
});

test('an empty histogram has nothing but zeros', (t) => {
  const histogram = new Histogram();
  t.is(histogram.percentile(50), 0);
  t.is(histogram.maxMs, 0);
  t.deepEqual(histogram.toJSON(), { counts: [], maxMs: 0 });
});

test('histograms of several processes become one', (t) => {
  const parts = [1, 2, 3].map((ms) => {
    const histogram = new Histogram();
    for (let i = 0; i < 10; i++) histogram.record(ms);
    return JSON.parse(JSON.stringify(histogram)) as ReturnType<Histogram['toJSON']>;
  });
  const all = merged(parts);
  t.is(all.total, 30);
  t.is(all.maxMs, 3);
  t.true(near(all.percentile(50), 2));
  t.true(near(all.percentile(33), 1));
  t.true(near(all.percentile(99), 3));
});
