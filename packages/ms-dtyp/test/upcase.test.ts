import { createHash } from 'node:crypto';
import test from 'ava';
import { accountKey, sameAccount, upcase, upcaseUnit } from '../src/index.ts';

test('all 65,536 capitals are those of $UpCase on a new NTFS volume', (t) => {
  const table = Buffer.alloc(0x20000);
  for (let unit = 0; unit < 0x10000; unit++) table.writeUInt16LE(upcaseUnit(unit), 2 * unit);
  // What mkntfs 2022.10.3 writes: `ntfscat image '$UpCase' | sha256sum`.
  const expected = '41c26bc7a12bdaeb26025c93118697c7e3ef81ee048b00fe5cce2a472e0e0742';
  t.is(createHash('sha256').update(table).digest('hex'), expected);
});

test('letters of many scripts have the capitals that Windows gives them, and only those', (t) => {
  t.is(upcase('straße ünal юзер ÿ ӏ ǆ'), 'STRAßE ÜNAL ЮЗЕР Ÿ Ӏ Ǆ');
  // Without a capital in this table, though current Unicode has one for each.
  for (const same of ['µ', 'ſ', 'ı', 'ა', 'ყ', 'ԥ', 'ς', '\u{10428}']) t.is(upcase(same), same);
});

test('names that differ by more than letter case are not taken for one account', (t) => {
  t.true(sameAccount('Ünal', 'ünal'));
  t.true(sameAccount('юзер', 'ЮЗЕР'));
  t.is(accountKey('ünal'), accountKey('ÜNAL'));
  t.false(sameAccount('bob', 'bob '));
  t.false(sameAccount('straße', 'STRASSE'));
  // Unicode would make both I, and another user of the one.
  t.false(sameAccount('ırma', 'irma'));
  t.false(sameAccount('ſam', 'sam'));
});
