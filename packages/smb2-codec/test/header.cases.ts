import { type Header, header } from '@tsmbd/smb2-codec';
import { hex, testStructure } from './support/structures.ts';

const value: Header = {
  creditCharge: 1,
  status: 0,
  command: 8,
  credits: 31,
  flags: 0x0000_0008,
  nextCommand: 0,
  messageId: 9n,
  asyncId: 0n,
  processId: 0xfeff,
  treeId: 5,
  sessionId: 0x0000_0400_0000_0019n,
  signature: hex('00112233445566778899aabbccddeeff'),
};

testStructure({
  name: 'a SYNC header [MS-SMB2 2.2.1.2]',
  codec: header,
  bytes: `fe534d42 4000 0100 00000000 0800 1f00 08000000 00000000 0900000000000000
    fffe0000 05000000 1900000000040000 00112233445566778899aabbccddeeff`,
  value,
});

testStructure({
  name: 'an ASYNC header of an interim response [MS-SMB2 2.2.1.1]',
  codec: header,
  bytes: `fe534d42 4000 0000 03010000 0f00 0100 03000000 00000000 0700000000000000
    0800000000000000 1900000000040000 00000000000000000000000000000000`,
  value: {
    ...value,
    creditCharge: 0,
    status: 0x0000_0103,
    command: 15,
    credits: 1,
    flags: 3,
    messageId: 7n,
    asyncId: 8n,
    processId: 0,
    treeId: 0,
    signature: new Uint8Array(16),
  },
});
