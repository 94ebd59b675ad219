import { type Codec, CodecError, Reader } from '@tsmbd/ms-dtyp';
import * as codec from '@tsmbd/smb2-codec';
import { seeded } from '@tsmbd/tool-random';
import test from 'ava';
import { seedBytes } from './support/seeds.ts';

const SEED = Number(process.env.FUZZ_SEED ?? 0x5eed);
const INPUTS = 20_000;

const INTERESTING = [0, 1, 7, 8, 0x3f, 0x40, 0x7f, 0x80, 0xfe, 0xff];

function mutate(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  const out = Uint8Array.from(bytes);
  for (let n = 1 + next(4); n > 0 && out.length > 0; n--) {
    const at = next(out.length);
    if (next(2) === 0) out[at] = INTERESTING[next(INTERESTING.length)]!;
    else out.fill(0xff, at, Math.min(out.length, at + 1 + next(4)));
  }
  return next(4) === 0 ? out.subarray(0, next(out.length + 1)) : out;
}

test(`${INPUTS} broken messages decode or are CodecErrors [MS-SMB2 2.2]`, (t) => {
  const next = seeded(SEED);
  const seeds = seedBytes();
  let decoded = 0;
  for (let i = 0; i < INPUTS; i++) {
    const bytes = mutate(seeds[next(seeds.length)]!, next);
    if (attempt(t, i, bytes, () => codec.decodeMessage(bytes))) decoded++;
  }
  t.log(`${decoded} decoded, ${INPUTS - decoded} refused, FUZZ_SEED=${SEED}`);
  t.true(decoded > 0 && decoded < INPUTS);
});

const STRUCTURES = (Object.values(codec) as unknown[]).filter(
  (value): value is Codec<unknown> =>
    typeof value === 'object' && value !== null && 'decode' in value && 'encode' in value && 'name' in value,
);

test(`random and broken bytes of every structure decode or are CodecErrors [MS-SMB2 2.2, MS-FSCC 2]`, (t) => {
  t.true(STRUCTURES.length > 120);
  const next = seeded(SEED ^ 1);
  for (let i = 0; i < INPUTS; i++) {
    const structure = STRUCTURES[i % STRUCTURES.length]!;
    const bytes = Uint8Array.from({ length: next(160) }, () => (next(3) === 0 ? next(256) : next(5)));
    attempt(t, i, bytes, () => structure.decode(new Reader(bytes, structure.name)));
  }
});

function attempt(t: { fail(message: string): void }, i: number, bytes: Uint8Array, action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (error instanceof CodecError) return false;
    t.fail(`input ${i} of FUZZ_SEED=${SEED}: ${error}\n${Buffer.from(bytes).toString('hex')}`);
    return false;
  }
}
