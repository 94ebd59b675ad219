import { oplockBreakRequest, oplockBreakResponse } from '@tsmbd/smb2-codec';
import { testBody } from '../support/structures.ts';

const leaseKey = '00112233-4455-6677-8899-aabbccddeeff';

for (const codec of [oplockBreakRequest, oplockBreakResponse]) {
  testBody({
    name: `${codec.name} of an oplock [MS-SMB2 2.2.23.1, 2.2.24.1, 2.2.25.1]`,
    codec,
    bytes: '1800 01 00 00000000 1100000000000000 2200000000000000',
    value: { kind: 'oplock', oplockLevel: 1, fileId: { persistent: 0x11n, volatile: 0x22n } },
  });

  testBody({
    name: `${codec.name} of a lease [MS-SMB2 2.2.24.2, 2.2.25.2]`,
    codec,
    bytes: '2400 0000 00000000 33221100554477668899aabbccddeeff 01000000 0000000000000000',
    value: { kind: 'lease', flags: 0, leaseKey, leaseState: 1, leaseDuration: 0n },
  });
}

testBody({
  name: 'a lease break notification [MS-SMB2 2.2.23.2]',
  codec: oplockBreakResponse,
  bytes: '2c00 0300 01000000 33221100554477668899aabbccddeeff 07000000 03000000 00000000 00000000 00000000',
  value: {
    kind: 'lease-notification',
    newEpoch: 3,
    flags: 1,
    leaseKey,
    currentLeaseState: 7,
    newLeaseState: 3,
  },
});
