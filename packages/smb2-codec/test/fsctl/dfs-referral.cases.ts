import { CodecError, decode, encode, NULL_GUID } from '@tsmbd/ms-dtyp';
import { type DfsReferral, dfsReferralRequest, dfsReferralRequestEx, dfsReferralResponse } from '@tsmbd/smb2-codec';
import test from 'ava';
import { hex, testStructure } from '../support/structures.ts';

testStructure({
  name: 'a referral request [MS-DFSC 2.2.2]',
  codec: dfsReferralRequest,
  bytes: '0400 5c0061005c006200 0000',
  value: { maxReferralLevel: 4, requestFileName: '\\a\\b' },
});
testStructure({
  name: 'an extended referral request with a site [MS-DFSC 2.2.3]',
  codec: dfsReferralRequestEx,
  bytes: '0400 0100 0a000000 0400 61006200 0200 7300',
  value: { maxReferralLevel: 4, requestFileName: 'ab', siteName: 's' },
});
testStructure({
  name: 'a referral response of version 1 [MS-DFSC 2.2.5.1]',
  codec: dfsReferralResponse,
  bytes: '0800 0100 02000000 0100 0c00 0100 0000 6100 0000',
  value: {
    pathConsumed: 8,
    referralHeaderFlags: 2,
    referrals: [{ version: 1, serverType: 1, referralEntryFlags: 0, shareName: 'a' }],
  },
});
testStructure({
  name: 'a referral response of version 4 [MS-DFSC 2.2.5.4]',
  codec: dfsReferralResponse,
  bytes: `0800 0100 03000000 0400 2200 0100 0400 2c010000 2200 2600 2a00 00000000000000000000000000000000
    6100 0000 6200 0000 6300 0000`,
  value: {
    pathConsumed: 8,
    referralHeaderFlags: 3,
    referrals: [
      {
        version: 4,
        serverType: 1,
        referralEntryFlags: 4,
        proximity: 0,
        timeToLive: 300,
        dfsPath: 'a',
        dfsAlternatePath: 'b',
        networkAddress: 'c',
        serviceSiteGuid: NULL_GUID,
      },
    ],
  },
});

test('referrals of every version come back as they were sent [MS-DFSC 2.2.5]', (t) => {
  const target = { serverType: 0, referralEntryFlags: 0, timeToLive: 5, dfsPath: '\\d\\r', dfsAlternatePath: '\\d\\r' };
  const referrals: DfsReferral[] = [
    { ...target, version: 2, proximity: 7, networkAddress: '\\s1\\a', serviceSiteGuid: NULL_GUID },
    { ...target, version: 3, proximity: 0, networkAddress: '\\s2\\a', serviceSiteGuid: NULL_GUID },
    {
      version: 3,
      serverType: 0,
      referralEntryFlags: 2,
      timeToLive: 6,
      specialName: '\\dom',
      expandedNames: ['\\dc1', '\\dc2'],
    },
  ];
  const response = { pathConsumed: 2, referralHeaderFlags: 0, referrals };
  t.deepEqual(decode(dfsReferralResponse, encode(dfsReferralResponse, response)), response);
});

test('a referral whose Size does not cover its fixed part is a CodecError [MS-DFSC 2.2.5.3]', (t) => {
  const wire = hex(`0800 0200 03000000 0400 0400 0100 0400 2c010000 2200 2600 2a00 00000000000000000000000000000000
    6100 0000 6200 0000 6300 0000`);
  t.throws(() => decode(dfsReferralResponse, wire), { instanceOf: CodecError });
});

test('many names that are one and the same long text are a CodecError: the work is bounded [MS-DFSC 2.2.5.3.2]', (t) => {
  const text = '61006200'.repeat(2000);
  const wire = hex(
    `0800 0001 03000000 ${'0300 2200 0000 0000 2c010000 0022 0022 0022 00000000000000000000000000000000'.repeat(256)} ${text} 0000`,
  );
  t.throws(() => decode(dfsReferralResponse, wire), { instanceOf: CodecError });
});
