import test from 'ava';
import { type Codec, EncodeError, encode, encodeInto, Writer } from '../src/index.ts';

interface Inner {
  readonly id: bigint;
  readonly name: string;
}

interface Outer {
  readonly flags: number;
  readonly level?: number;
  readonly inner: Inner;
  readonly list: readonly Inner[];
  readonly data: Uint8Array;
}

const inner: Codec<Inner> = {
  name: 'INNER',
  decode: (r) => ({ id: r.u64('Id'), name: r.utf16(r.u16('NameLength'), 'Name') }),
  encode(w, { id, name }) {
    w.u64(id);
    w.u16(name.length * 2);
    w.utf16(name);
  },
};

const outer: Codec<Outer> = {
  name: 'OUTER',
  decode: () => {
    throw new Error('not needed');
  },
  encode(w, { flags, level = flags * 2, inner: one, list, data }) {
    w.u32(flags);
    w.u8(level);
    inner.encode(w, one);
    w.u16(list.length);
    for (const each of list) inner.encode(w, each);
    w.bytes(data);
  },
};

const whole: Outer = {
  flags: 1,
  inner: { id: 1n, name: 'a' },
  list: [
    { id: 2n, name: 'b' },
    { id: 3n, name: 'c' },
  ],
  data: Uint8Array.of(1),
};

const broken = (value: unknown, structure = 'OUTER'): EncodeError | undefined => {
  try {
    encode(outer, value as Outer);
    return undefined;
  } catch (error) {
    if (error instanceof EncodeError && error.structure === structure) return error;
    throw error;
  }
};

test('a property that is missing is named, with the structure, wherever it is', (t) => {
  t.is(encode(outer, whole).length, 4 + 1 + 12 + 2 + 24 + 1);
  for (const [value, field] of [
    [{}, 'flags'],
    [{ ...whole, flags: undefined }, 'flags'],
    [{ ...whole, inner: undefined }, 'inner'],
    [{ ...whole, inner: { name: 'a' } }, 'inner.id'],
    [{ ...whole, inner: { id: 1n } }, 'inner.name'],
    [{ ...whole, list: undefined }, 'list'],
    [{ ...whole, list: [whole.inner, {}] }, 'list[1].id'],
    [{ ...whole, list: [whole.inner, { name: 'x' }] }, 'list[1].id'],
    [{ ...whole, list: [whole.inner, undefined] }, 'list[1]'],
    [{ ...whole, data: undefined }, 'data'],
    [Object.freeze({ ...whole, inner: Object.freeze({ name: 'a' }) }), 'inner.id'],
  ] as const) {
    const error = broken(value);
    t.is(error?.field, field);
    t.is(error?.message, `OUTER.${field} is missing`);
    t.true(error?.cause instanceof TypeError);
  }
});

test('a value of another type is named with what it is', (t) => {
  t.is(broken({ ...whole, inner: { id: 7, name: 'a' } })?.message, 'OUTER.inner.id does not fit: the number 7');
  t.is(broken({ ...whole, data: null })?.message, 'OUTER.data does not fit: null');
  t.is(broken(undefined)?.message, 'OUTER cannot be undefined');
  t.is(broken('text')?.message, 'OUTER cannot be the string text');
});

test('what an encoder refuses in words, and a buffer that is too small, are told as they are', (t) => {
  const refusing: Codec<Outer> = {
    ...outer,
    encode: () => {
      throw new RangeError('too long');
    },
  };
  t.throws(() => encode(refusing, whole), { instanceOf: RangeError, message: 'too long' });
  t.throws(() => encodeInto(new Writer(new Uint8Array(6)), outer, whole), { instanceOf: RangeError });
});

test('a long list does not take long to explain', (t) => {
  const list = Array.from({ length: 20_000 }, (): object => ({ id: 1n, name: 'x' }));
  list[19_999] = { name: 'x' };
  const started = performance.now();
  t.is(broken({ ...whole, list })?.field, 'list[19999].id');
  t.true(performance.now() - started < 20_000);
});

test('a number that is missing is not written as zero by a writer alone', (t) => {
  const w = new Writer();
  for (const write of ['u8', 'u16', 'u32', 'i32', 'u64', 'i64'] as const) {
    t.throws(() => w[write](undefined as never), { instanceOf: TypeError });
  }
});
