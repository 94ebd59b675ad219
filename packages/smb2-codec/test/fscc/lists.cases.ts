import { CodecError, decode } from '@tsmbd/ms-dtyp';
import {
  fileGetQuotaInformation,
  fileNotifyInformation,
  fileNotifySize,
  fileQuotaInformation,
  fileStreamInformation,
  fullEaList,
  getEaList,
  queryQuotaInfo,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { hex, testStructure } from '../support/structures.ts';

testStructure({
  name: 'a list of extended attributes at multiples of 4 [MS-FSCC 2.4.15]',
  codec: fullEaList,
  bytes: `10000000 00 02 0300 616200 010203 0000
    00000000 80 01 0000 6300`,
  value: [
    { flags: 0, name: 'ab', value: hex('010203') },
    { flags: 0x80, name: 'c', value: hex('') },
  ],
  alsoWhole: [0],
});
testStructure({
  name: 'a list of names of extended attributes [MS-FSCC 2.4.15.1]',
  codec: getEaList,
  bytes: '08000000 02 616200 00000000 01 6300',
  value: ['ab', 'c'],
  alsoWhole: [0],
});
testStructure({
  name: 'a list of streams at multiples of 8 [MS-FSCC 2.4]',
  codec: fileStreamInformation,
  bytes: `28000000 0e000000 0500000000000000 0010000000000000 3a003a0024004400410054004100 0000
    00000000 10000000 0000000000000000 0000000000000000 3a0061003a0024004400410054004100`,
  value: [
    { streamSize: 5n, streamAllocationSize: 4096n, streamName: '::$DATA' },
    { streamSize: 0n, streamAllocationSize: 0n, streamName: ':a:$DATA' },
  ],
  alsoWhole: [0],
});
testStructure({
  name: 'a list of changes at multiples of 4 [MS-FSCC 2.7.1]',
  codec: fileNotifyInformation,
  bytes: `10000000 04000000 02000000 6100 0000 00000000 05000000 04000000 61006200`,
  value: [
    { action: 4, fileName: 'a' },
    { action: 5, fileName: 'ab' },
  ],
  alsoWhole: [0],
});
testStructure({
  name: 'a list of quotas [MS-FSCC 2.4]',
  codec: fileQuotaInformation,
  bytes: `00000000 04000000 0100000000000000 0200000000000000 0300000000000000 0400000000000000 01020304`,
  value: [{ changeTime: 1n, quotaUsed: 2n, quotaThreshold: 3n, quotaLimit: 4n, sid: hex('01020304') }],
  alsoWhole: [0],
});
testStructure({
  name: 'a list of SIDs to get quotas of [MS-FSCC 2.4]',
  codec: fileGetQuotaInformation,
  bytes: '0c000000 04000000 01020304 00000000 02000000 0506',
  value: [hex('01020304'), hex('0506')],
  alsoWhole: [0],
});
testStructure({
  name: 'a query of quotas [MS-SMB2 2.2.37.1]',
  codec: queryQuotaInfo,
  bytes: '01 00 0000 04000000 02000000 04000000 01020304 0506',
  value: { returnSingle: true, restartScan: false, sidList: hex('01020304'), startSid: hex('0506') },
});

test('the size of a change counts its padding [MS-FSCC 2.7.1]', (t) => {
  t.is(fileNotifySize({ action: 1, fileName: 'a' }), 16);
  t.is(fileNotifySize({ action: 1, fileName: 'ab' }), 16);
});

const broken: Record<string, string> = {
  'inside its own entry': '04000000 00 01 0000 6100 0000 00000000 00 01 0000 6100',
  'off its alignment': '0e000000 00 01 0000 6100 00000000 00000000 00 01 0000 6100',
  'behind the list': '40000000 00 01 0000 6100',
  'to the end of the list': '0c000000 00 01 0000 6100 0000',
};
for (const [what, bytes] of Object.entries(broken)) {
  test(`a NextEntryOffset ${what} is a CodecError [MS-FSCC 2.4.15]`, (t) => {
    t.throws(() => decode(fullEaList, hex(bytes)), { instanceOf: CodecError });
  });
}

test('an EA name without its zero is a CodecError [MS-FSCC 2.4.15]', (t) => {
  t.throws(() => decode(fullEaList, hex('00000000 00 01 0100 61 62 63')), { instanceOf: CodecError });
});
