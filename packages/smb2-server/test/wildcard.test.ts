import test from 'ava';
import { compilePattern } from '../src/names/wildcard.ts';

/** The rules as [MS-FSA] 2.1.4.4 has them, word by word: slow, and plain. */
function matches(pattern: string, name: string, at = 0): boolean {
  const [p, ...more] = pattern;
  const rest = more.join('');
  const c = name[at];
  if (p === undefined) return c === undefined;
  const atEnd = c === undefined;
  switch (p) {
    case '*':
      return matches(rest, name, at) || (!atEnd && matches(pattern, name, at + 1));
    case '<':
      return (
        matches(rest, name, at) ||
        (!atEnd && (c !== '.' || at !== name.lastIndexOf('.')) && matches(pattern, name, at + 1))
      );
    case '?':
      return !atEnd && matches(rest, name, at + 1);
    case '>':
      return ((atEnd || c === '.') && matches(rest, name, at)) || (!atEnd && c !== '.' && matches(rest, name, at + 1));
    case '"':
      return (atEnd && matches(rest, name, at)) || (c === '.' && matches(rest, name, at + 1));
    default:
      return p === c && matches(rest, name, at + 1);
  }
}

test('patterns match what the rules say, whatever their order [MS-FSA 2.1.4.4]', (t) => {
  let seed = 7;
  const random = (n: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % n;
  };
  const text = (letters: string, length: number) =>
    Array.from({ length }, () => letters[random(letters.length)]).join('');
  for (let i = 0; i < 20_000; i++) {
    const pattern = text(i % 2 === 0 ? 'AB.*?<>"' : 'AB.*?', random(8));
    const name = text('AB.', 1 + random(7));
    if (['', '*.*'].includes(pattern)) continue;
    t.is(compilePattern(pattern)(name), matches(pattern, name), `${pattern} ${name}`);
  }
});

test('a pattern that was made to be slow is no slower than another', (t) => {
  const slow = [
    `${'*'.repeat(1019)}b`,
    `${'*a'.repeat(500)}b`,
    `${'<a'.repeat(500)}b`,
    `${'>'.repeat(1019)}b`,
    `${'*?'.repeat(120)}b`,
  ];
  for (const pattern of slow) {
    const match = compilePattern(pattern);
    for (let i = 0; i < 1000; i++) t.false(match(`${'a'.repeat(242)}${String(i).padStart(4, '0')}`), pattern);
  }
});
