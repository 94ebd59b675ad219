import test from 'ava';
import { fromDiskName, fromDiskPath, listedName, toDiskName, toDiskPath } from '../src/posix/disk-names.ts';
import { VfsError } from '../src/vfs.ts';

/** [bytes on disk in latin1, the client's name] */
const NAMES: readonly [string, string][] = [
  ['plain.txt', 'plain.txt'],
  ['a:b', 'a\uf022b'],
  ['"*:<>?\\|', '\uf020\uf021\uf022\uf023\uf024\uf025\uf026\uf027'],
  ['\x01\x1f', '\uf001\uf01f'],
  ['end ', 'end\uf028'],
  ['end.', 'end\uf029'],
  ['end..', 'end.\uf029'],
  ['a b.c', 'a b.c'],
  ['...', '..\uf029'],
  ['\xc3\xa9', 'é'],
  ['\xf0\x9f\x98\x80', '\u{1f600}'],
  // Bytes that are no UTF-8: alone, cut off, overlong.
  ['\xe9t\xe9', '\uf7e9t\uf7e9'],
  ['a\xc3', 'a\uf7c3'],
  ['\xc0\xaf', '\uf7c0\uf7af'],
  ['\xf0\x9f\x98', '\uf7f0\uf79f\uf798'],
  // Characters that really are from the private ranges.
  ['\xef\x80\xa2', '\uf7ef\uf780\uf7a2'],
  ['\xef\x9f\xa9', '\uf7ef\uf79f\uf7a9'],
  ['\xef\x80\xa8x', '\uf028x'],
  // A lone surrogate as WTF-8, and two that would join.
  ['\xed\xa0\x80x', '\ud800x'],
  ['\xed\xa0\x80\xed\xb0\x80', '\ud800\uf7ed\uf7b0\uf780'],
  ['\ufeff'.replace('\ufeff', '\xef\xbb\xbf'), '\ufeff'],
];

function bytesOf(name: string | Buffer): string {
  return typeof name === 'string' ? Buffer.from(name).toString('latin1') : name.toString('latin1').slice(0, -1);
}

for (const [disk, client] of NAMES) {
  test(`the disk's ${JSON.stringify(disk)} and the client's ${JSON.stringify(client)} are one name`, (t) => {
    const bytes = Buffer.from(disk, 'latin1');
    t.is(fromDiskName(bytes, 0, bytes.length), client);
    t.is(bytesOf(toDiskName(client)), disk);
  });
}

test('every single byte and every pair of bytes comes back as it was', (t) => {
  for (let first = 1; first < 256; first++) {
    for (let second = 1; second < 256; second += first < 0x80 ? 37 : 7) {
      if (first === 0x2f || second === 0x2f || (first === 0x2e && second === 0x2e)) continue;
      const bytes = Buffer.from([first, second]);
      const back = bytesOf(toDiskName(fromDiskName(bytes, 0, 2)));
      if (back !== bytes.toString('latin1')) t.fail(`${first} ${second}`);
    }
  }
  t.pass();
});

test('no name of a client becomes `.`, `..`, a slash or NUL on disk', (t) => {
  for (const name of ['\uf029', '.\uf029']) {
    const error = t.throws(() => toDiskName(name), { instanceOf: VfsError });
    t.is(error.code, 'invalid-name');
    t.throws(() => toDiskPath(['a', name, 'b']), { instanceOf: VfsError });
  }
  for (let unit = 0xf000; unit < 0xf800; unit++) {
    const disk = bytesOf(toDiskName(`x${String.fromCharCode(unit)}y`));
    if (disk.includes('/') || disk.includes('\0')) t.fail(unit.toString(16));
  }
});

test('paths are joined, taken apart, and bounded by PATH_MAX', (t) => {
  t.is(toDiskPath([]), '.');
  t.is(toDiskPath(['a', 'b\uf022', 'c']), 'a/b:/c');
  t.deepEqual(fromDiskPath(Buffer.from('/a/b:/c.')), ['a', 'b\uf022', 'c\uf029']);
  const error = t.throws(() => toDiskPath(new Array(17).fill('n'.repeat(255))), { instanceOf: VfsError });
  t.is(error.code, 'name-too-long');
});

test('several spellings of one name on disk are listed as one', (t) => {
  t.is(listedName('plain'), 'plain');
  t.is(listedName('a:b'), 'a\uf022b');
  t.is(listedName('end.'), 'end\uf029');
  t.is(listedName('\uf7c3\uf7a9'), 'é');
  t.is(listedName('\u{1f600}'), '\u{1f600}');
});
