import test from 'ava';
import { encodeDosAttrib, parseDosAttrib } from '../src/posix/dos-attrib.ts';

// Written by hand from the NDR layout and read back correctly by `samba-tool ntacl getdosinfo` of
// Samba 4.17.12.
const CREATED = 1_655_526_400_000_000_000n;
const VALUES: readonly [string, string, ReturnType<typeof parseDosAttrib>][] = [
  [
    'version 3',
    `${'000003000300000011000000220000000000000000000000000000000000000000000000'}0080209bcb82d8010080209bcb82d801`,
    { attributes: 0x22, birthTime: CREATED, initialTime: 0n },
  ],
  [
    'version 4',
    '000004000400000051000000220000000180209bcb82d8010080209bcb82d801',
    { attributes: 0x22, birthTime: CREATED, initialTime: 133_000_000_000_000_001n },
  ],
  [
    'version 5',
    '000005000500000011000000220000000080209bcb82d801',
    { attributes: 0x22, birthTime: CREATED, initialTime: 0n },
  ],
  ['the text of old servers', '3078323200', { attributes: 0x22, birthTime: undefined, initialTime: 0n }],
  [
    'version 4 without times',
    `00000400040000000100000002000000${'00'.repeat(16)}`,
    { attributes: 0x02, birthTime: undefined, initialTime: 0n },
  ],
];

for (const [title, hex, value] of VALUES) {
  test(`DOSATTRIB ${title} is read`, (t) => {
    t.deepEqual(parseDosAttrib(Buffer.from(hex, 'hex')), value);
  });
}

test('DOSATTRIB is written as version 4', (t) => {
  const hex = VALUES[1]![1];
  t.is(Buffer.from(encodeDosAttrib(VALUES[1]![2]!)).toString('hex'), hex);
  const plain = { attributes: 0x20, birthTime: CREATED, initialTime: 0n };
  t.deepEqual(parseDosAttrib(encodeDosAttrib(plain)), plain);
});

test('what is cut short or foreign says nothing', (t) => {
  const whole = Buffer.from(VALUES[1]![1], 'hex');
  for (let length = 0; length < whole.length; length++) t.is(parseDosAttrib(whole.subarray(0, length)), undefined);
  t.is(parseDosAttrib(Buffer.from('nonsense')), undefined);
});
