import { rdmaTransform } from '@tsmbd/smb2-codec';
import { hex, testStructure } from './support/structures.ts';

testStructure({
  name: 'an RDMA transform with a signature and a descriptor [MS-SMB2 2.2.43, 2.2.43.1]',
  codec: rdmaTransform,
  bytes: `3000 1000 01000000 0100 0000 00000000
    0200 1000 0400 0000 ${'aa'.repeat(16)} 01020304 00000000
    0100000000000000 02000000 03000000`,
  value: {
    channel: 1,
    transforms: [{ transformType: 2, signature: hex('aa'.repeat(16)), nonce: hex('01020304') }],
    rdmaDescriptors: hex('0100000000000000 02000000 03000000'),
  },
});
testStructure({
  name: 'an RDMA transform without descriptors [MS-SMB2 2.2.43]',
  codec: rdmaTransform,
  bytes: '0000 0000 00000000 0000 0000 00000000',
  value: { channel: 0, transforms: [], rdmaDescriptors: hex('') },
});
