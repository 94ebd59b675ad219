import test from 'ava';
import { CodecError, Reader } from '../src/index.ts';

/** Eight bytes in the middle of sixteen: what is before and behind them is somebody else's. */
function reader(): Reader {
  return new Reader(
    Uint8Array.from({ length: 16 }, (_, i) => i),
    'Test',
    4,
    12,
  );
}

const READS: readonly [string, number, (r: Reader) => unknown][] = [
  ['u8', 1, (r) => r.u8('F')],
  ['u16', 2, (r) => r.u16('F')],
  ['u32', 4, (r) => r.u32('F')],
  ['i32', 4, (r) => r.i32('F')],
  ['u64', 8, (r) => r.u64('F')],
  ['i64', 8, (r) => r.i64('F')],
  ['peek16', 2, (r) => r.peek16('F')],
  ['three u16', 6, (r) => r.u16s(3, 'F')],
  ['take', 5, (r) => r.take(5, 'F')],
  ['skip', 5, (r) => r.skip(5, 'F')],
  ['utf16', 6, (r) => r.utf16(6, 'F')],
];

for (const [what, length, read] of READS) {
  test(`${what} reads up to the end and not behind it`, (t) => {
    const r = reader();
    r.position = 12 - length;
    t.notThrows(() => read(r));
    r.position = 12 - length + 1;
    t.throws(() => read(r), { instanceOf: CodecError, message: /F/ });
  });
}

test('no read goes back', (t) => {
  for (const read of [(r: Reader) => r.take(-1, 'F'), (r: Reader) => r.skip(-4, 'F'), (r: Reader) => r.u16s(-1, 'F')]) {
    const r = reader();
    r.position = 8;
    t.throws(() => read(r), { instanceOf: CodecError });
    t.is(r.position, 8);
  }
});

for (const [what, part] of [
  ['a slice', (r: Reader, offset: number, length: number) => r.slice(offset, length, 'F').length],
  ['a part', (r: Reader, offset: number, length: number) => r.sub('Part', offset, length, 'F').remaining],
  ['text', (r: Reader, offset: number, length: number) => r.sliceUtf16(offset, length, 'F').length * 2],
] as const) {
  test(`${what} lies inside the message`, (t) => {
    t.is(part(reader(), 0, 8), 8);
    t.is(part(reader(), 6, 2), 2);
    for (const [offset, length] of [
      [0, 10],
      [8, 2],
      [7, 2],
      [-2, 2],
      [4, -2],
      [0xffff_fffe, 2],
    ] as const) {
      t.throws(() => part(reader(), offset, length), { instanceOf: CodecError }, `${length} at ${offset}`);
    }
  });
}

test('text of UTF-16 has an even length, where it stands and elsewhere', (t) => {
  t.throws(() => reader().utf16(3, 'F'), { instanceOf: CodecError, message: /odd length/ });
  t.throws(() => reader().sliceUtf16(0, 3, 'F'), { instanceOf: CodecError, message: /odd length/ });
});

test('a constant has its value', (t) => {
  t.notThrows(() => reader().constant16(0x0504, 'StructureSize'));
  t.throws(() => reader().constant16(0x0505, 'StructureSize'), { message: /StructureSize/ });
  t.notThrows(() => reader().constant32(0x0706_0504, 'F'));
  t.throws(() => reader().constant32(0x0706_0505, 'F'), { message: /F/ });
});

test('a reader lies inside its bytes', (t) => {
  const bytes = new Uint8Array(8);
  for (const [start, end] of [
    [-1, 4],
    [0, 9],
    [5, 4],
  ] as const) {
    t.throws(() => new Reader(bytes, 'Test', start, end), { instanceOf: CodecError });
  }
});

test('text is the units that there are: lone surrogates and a byte order mark stay', (t) => {
  const wide = '\ud800'.repeat(3000);
  for (const text of ['', 'é', '\ufeff', '\ufeffa', '\ud800', 'a\udc00\ud800b', '\ufffd', '\u{1f600}', wide]) {
    const bytes = Buffer.from(text, 'utf16le');
    t.is(new Reader(bytes, 'Test').utf16(bytes.length, 'F'), text);
    t.is(new Reader(bytes, 'Test').sliceUtf16(0, bytes.length, 'F'), text);
  }
});
