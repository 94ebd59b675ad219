import test from 'ava';
import { foldName, sameName } from '../src/index.ts';

test('ASCII and simple upper case fold unit by unit [MS-UCODEREF 3.1.5.3]', (t) => {
  t.is(foldName('File.txt'), 'FILE.TXT');
  t.is(foldName('äöüÿжσ'), 'ÄÖÜŸЖΣ');
  t.true(sameName('Ωmega', 'ωMEGA'));
});

test('mappings that change length or do not lead back stay apart', (t) => {
  for (const name of ['ß', 'ς', 'ı', 'ſ', 'µ', 'ǅ', 'ŉ', '\u0345', '\ud800', '\u{10428}']) t.is(foldName(name), name);
  t.false(sameName('ß', 'SS'));
  t.false(sameName('\u00e9', 'e\u0301'));
});
