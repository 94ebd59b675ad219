import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ntHash } from '@tsmbd/ntlm-auth';
import { FIXTURES, fixtures } from '@tsmbd/tool-fixtures';
import test from 'ava';
import { Analyzer, CaptureError, jsonOf, KeyRing, lineOf, type Pdu, Statistics, statisticsText } from '../src/index.ts';
import { fieldLines } from '../src/output/fields.ts';
import { ViewCollector } from '../src/viewer/collector.ts';

/** Numbers that look random and are the same for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return Math.floor(((state ^ (state >>> 13)) >>> 0) % below);
  };
}

const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121);

/** Changes bytes, or moves, repeats and drops whole stretches. */
function mutate(file: Uint8Array, next: (below: number) => number): Uint8Array {
  const bytes = file.slice();
  for (let i = 1 + next(40); i > 0; i--) {
    // The file's own header is left alone most of the time: behind it is what matters.
    const at = 24 + next(bytes.length - 24);
    switch (next(4)) {
      case 0:
        bytes[at] = next(256);
        break;
      case 1:
        bytes.fill([0, 0xff, 0x7f, 0x80][next(4)]!, at, at + 1 + next(8));
        break;
      case 2:
        bytes.copyWithin(at, 24 + next(bytes.length - 24), bytes.length - next(200));
        break;
      default:
        bytes[at] = bytes[at]! ^ (1 << next(8));
    }
  }
  return bytes.subarray(0, next(8) === 0 ? next(bytes.length) : bytes.length);
}

test('whatever is in a capture, every output is made or the capture is refused', (t) => {
  t.timeout(120_000);
  t.log(`FUZZ_SEED=${SEED}`);
  const next = random(SEED);
  const chosen = fixtures().filter((_, i) => i % 7 === 0);
  let pdus = 0;
  for (const { file: name, password } of chosen) {
    const good = gunzipSync(readFileSync(`${FIXTURES}${name}`));
    for (let round = 0; round < 12; round++) {
      const keys = new KeyRing();
      keys.ntHashes.push(ntHash(password));
      const stats = new Statistics();
      const view = new ViewCollector();
      const see = (pdu: Pdu): void => {
        pdus++;
        stats.pdu(pdu);
        view.pdu(pdu);
        JSON.stringify(jsonOf(pdu));
        lineOf(pdu, 0);
        if (pdus % 4 === 0) fieldLines(pdu);
      };
      const file = mutate(new Uint8Array(good), next);
      try {
        const analyzer = new Analyzer({ pdu: see }, { keys, payloads: next(4) > 0 });
        analyzer.push(file);
        analyzer.end();
      } catch (error) {
        if (!(error instanceof CaptureError)) {
          t.fail(`${name}, round ${round}: ${error instanceof Error ? error.stack : error}`);
          return;
        }
      }
      statisticsText(stats);
      view.view(name);
    }
  }
  t.true(pdus > 3000, `${pdus} PDUs`);
});
