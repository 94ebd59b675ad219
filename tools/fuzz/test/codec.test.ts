import test from 'ava';
import { fuzzCodec } from '../src/index.ts';

test('20,000 mutated messages dissect, or are refused with a CodecError, and nothing else [MS-SMB2 2.2]', (t) => {
  const seed = Number(process.env['FUZZ_SEED'] ?? 11);
  const report = fuzzCodec({ pdus: 20_000, seed });
  t.log(report);
  t.deepEqual(report.findings, [], `seed ${seed}`);
  t.is(report.pdus, 20_000);
  t.true(report.strict.clean > 1000 && report.strict.refused > 1000 && report.lenient.withProblems > 1000);
  t.true(report.encoded > 500);
});
