import test from 'ava';
import { encodeDosAttrib, parseDosAttrib } from '../src/posix/dos-attrib.ts';

// Written by hand from the NDR layout and read back correctly by `samba-tool ntacl getdosinfo` of
// Samba 4.17.12.
const CREATED = 1_655_526_400_000_000_000n;
const VALUES: readonly [string, string, ReturnType<typeof parseDosAttrib>][] = [
  [
    'version 3',
    `${'000003000300000011000000220000000000000000000000000000000000000000000000'}0080209bcb82d8010080209bcb82d801`,
    { attributes: 0x22, birthTime: CREATED },
  ],
  [
    'version 4',
    '000004000400000051000000220000000180209bcb82d8010080209bcb82d801',
    { attributes: 0x22, birthTime: CREATED },
  ],
  ['version 5', '000005000500000011000000220000000080209bcb82d801', { attributes: 0x22, birthTime: CREATED }],
  ['the text of old servers', '3078323200', { attributes: 0x22, birthTime: undefined }],
  [
    'version 4 without times',
    `00000400040000000100000002000000${'00'.repeat(16)}`,
    { attributes: 0x02, birthTime: undefined },
  ],
];

for (const [title, hex, value] of VALUES) {
  test(`DOSATTRIB ${title} is read`, (t) => {
    t.deepEqual(parseDosAttrib(Buffer.from(hex, 'hex')), value);
  });
}

test('DOSATTRIB is written as smbd 4.17.12 writes it: version 5', (t) => {
  // `setmode f +h` and `utimes n 2010:01:02-03:04:05 -1 -1 -1` of smbclient.
  const hidden = '00000500050000001100000022000000f46e70c93f7edd01';
  const old = '0000050005000000110000002000000080002d3e588bca01';
  const read = parseDosAttrib(Buffer.from(old, 'hex'));
  t.deepEqual(read, { attributes: 0x20, birthTime: BigInt(Date.UTC(2010, 0, 2, 3, 4, 5)) * 1_000_000n });
  t.is(Buffer.from(encodeDosAttrib(read!)).toString('hex'), old);
  t.is(Buffer.from(encodeDosAttrib(parseDosAttrib(Buffer.from(hidden, 'hex'))!)).toString('hex'), hidden);
});

test('what is cut short or foreign says nothing', (t) => {
  const whole = Buffer.from(VALUES[1]![1], 'hex');
  for (let length = 0; length < whole.length; length++) t.is(parseDosAttrib(whole.subarray(0, length)), undefined);
  t.is(parseDosAttrib(Buffer.from('nonsense')), undefined);
});
