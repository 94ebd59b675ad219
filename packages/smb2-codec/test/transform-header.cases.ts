import { transformHeader } from '@tsmbd/smb2-codec';
import { hex, testStructure } from './support/structures.ts';

testStructure({
  name: 'a transform header [MS-SMB2 2.2.41]',
  codec: transformHeader,
  bytes: `fd534d42 000102030405060708090a0b0c0d0e0f 101112131415161718191a1b00000000 68000000 0000 0100
    1900000000040000`,
  value: {
    signature: hex('000102030405060708090a0b0c0d0e0f'),
    nonce: hex('101112131415161718191a1b00000000'),
    originalMessageSize: 0x68,
    flags: 1,
    sessionId: 0x0000_0400_0000_0019n,
  },
});
