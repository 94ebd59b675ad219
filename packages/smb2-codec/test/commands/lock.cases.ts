import { LockFlags, lockRequest } from '@tsmbd/smb2-codec';
import { testBody } from '../support/structures.ts';

testBody({
  name: 'a LOCK request of two ranges [MS-SMB2 2.2.26]',
  codec: lockRequest,
  bytes: `3000 0200 25000000 1100000000000000 2200000000000000
    0a00000000000000 0100000000000000 12000000 00000000
    0b00000000000000 ffffffffffffffff 04000000 00000000`,
  value: {
    lockSequenceNumber: 5,
    lockSequenceIndex: 2,
    fileId: { persistent: 0x11n, volatile: 0x22n },
    locks: [
      { offset: 10n, length: 1n, flags: LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY },
      { offset: 11n, length: 0xffff_ffff_ffff_ffffn, flags: LockFlags.UNLOCK },
    ],
  },
});

testBody({
  name: 'a LOCK request with all 28 bits of the index set [MS-SMB2 2.2.26]',
  codec: lockRequest,
  bytes: '3000 0000 ffffffff 1100000000000000 2200000000000000',
  value: {
    lockSequenceNumber: 15,
    lockSequenceIndex: 0x0fff_ffff,
    fileId: { persistent: 0x11n, volatile: 0x22n },
    locks: [],
  },
});
