import test from 'ava';
import { encodeNtacl, parseNtacl } from '../src/posix/ntacl.ts';

// O:BAG:BAD:(A;;FA;;;BA), and its envelopes, all as samba.ndr of Samba 4.17.12 packs them.
const BARE =
  '01000480140000002400000000000000340000000102000000000005200000002002000001020000000000052000000020020000040020000100000000001800ff01000001020000000000052000000020020000';
const ENVELOPES: readonly [string, string][] = [
  [
    'version 1',
    '0100010000000200010004801c0000002c000000000000003c0000000102000000000005200000002002000001020000000000052000000020020000040020000100000000001800ff01000001020000000000052000000020020000',
  ],
  [
    'version 2',
    '0200020000000200040002000707070707070707070707070707070701000480300000004000000000000000500000000102000000000005200000002002000001020000000000052000000020020000040020000100000000001800ff01000001020000000000052000000020020000',
  ],
  [
    'version 3',
    `03000300000002000400020001${'00'}${'07'.repeat(64)}00000100048064000000740000000000000084000000${BARE.slice(40)}`,
  ],
  [
    'version 4',
    `0400040000000200040002000000${'00'.repeat(64)}706f7369785f61636c008877665544332211${'00'.repeat(64)}01000480b4000000c400000000000000d4000000${BARE.slice(40)}`,
  ],
];

for (const [title, hex] of ENVELOPES) {
  test(`NTACL ${title} is read, its offsets counted from the descriptor again`, (t) => {
    t.is(Buffer.from(parseNtacl(Buffer.from(hex, 'hex'))!).toString('hex'), BARE);
  });
}

test('NTACL is written as version 4 without a hash', (t) => {
  const bare = Buffer.from(BARE, 'hex');
  const value = Buffer.from(encodeNtacl(bare, 0x1122334455667788n)).toString('hex');
  t.is(
    value,
    `0400040000000200040002000000${'00'.repeat(64)}74736d6264008877665544332211${'00'.repeat(64)}01000480b0000000c000000000000000d0000000${BARE.slice(40)}`,
  );
  t.is(Buffer.from(parseNtacl(Buffer.from(value, 'hex'))!).toString('hex'), BARE);
});

test('what is cut short or of another version is no descriptor', (t) => {
  const whole = Buffer.from(ENVELOPES[3]![1], 'hex');
  for (let length = 0; length < 180; length++) t.is(parseNtacl(whole.subarray(0, length)), undefined);
  t.is(parseNtacl(Buffer.from('0900090000000200', 'hex')), undefined);
});
