import test from 'ava';
import { jsonParts } from '../src/control/json-parts.ts';

const VALUES: readonly unknown[] = [
  null,
  'text "quoted"',
  12.5,
  true,
  [],
  {},
  [1, undefined, null, [2, [3]]],
  { a: undefined, b: { c: [], d: {} }, 'e "f"': [{ g: [[[[[{ h: 1 }]]]]] }] },
  { ok: true, result: [{ sessions: [{ opens: [{ locks: [{ offset: '0' }], caching: undefined }] }] }] },
  { at: new Date(0), when: [new Date(1)] },
];

test('the parts are together what JSON.stringify makes', (t) => {
  for (const value of VALUES) t.is([...jsonParts(value)].join(''), JSON.stringify(value));
});

test('a long list is not made at once: its members are looked at as the parts are asked for', (t) => {
  let looked = 0;
  const members = Array.from({ length: 10_000 }, (_, i) => ({
    get path() {
      looked += 1;
      return `${i}`.padStart(100, 'x');
    },
  }));
  const parts = jsonParts({ ok: true, result: { sessions: [{ opens: members }] } });
  t.true(parts.next().value!.length < 40_000);
  t.true(looked < 400, `${looked} were looked at`);
  t.true([...parts].length >= 25);
  t.is(looked, 10_000);
});
