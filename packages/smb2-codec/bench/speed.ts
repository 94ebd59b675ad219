import { Reader, Writer } from '@tsmbd/ms-dtyp';
import { createRequest, decodeMessage, dissect, encodeMessage, header } from '../src/index.ts';
import { createMessage } from './message.ts';

/**
 * How fast one core decodes and encodes headers and CREATE requests: node bench/speed.ts. Each line
 * is the median of nine rounds.
 */
const ROUNDS = 9;
const MS = 400;

function measure(name: string, once: () => unknown): void {
  const rates: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const started = performance.now();
    let count = 0;
    let kept: unknown;
    do {
      for (let i = 0; i < 1000; i++) kept = once();
      count += 1000;
    } while (performance.now() - started < MS);
    if (kept === undefined) throw new Error('nothing was decoded');
    // The first round warms up.
    if (round > 0) rates.push((count / (performance.now() - started)) * 1000);
  }
  rates.sort((a, b) => a - b);
  console.log(`${name.padEnd(46)} ${Math.round(rates[ROUNDS >> 1]!).toLocaleString('en')} /s`);
}

const message = createMessage();
measure('headers', () => header.decode(new Reader(message, header.name)));
measure('CREATE requests: bodies with two contexts', () => {
  const r = new Reader(message, createRequest.name);
  r.position = 64;
  return createRequest.decode(r);
});
measure('CREATE requests: whole messages', () => decodeMessage(message));
measure('CREATE requests: dissected, contexts too', () => dissect(message));
measure('CREATE requests: dissected with every field', () => dissect(message, { record: true }));

const decoded = decodeMessage(message);
const head = decoded[0]!.header;
const room = new Uint8Array(64);
measure('headers, encoded into a buffer that is there', () => {
  const w = new Writer(room);
  header.encode(w, head);
  return w;
});
measure('CREATE requests: whole messages, encoded', () => encodeMessage(decoded));
