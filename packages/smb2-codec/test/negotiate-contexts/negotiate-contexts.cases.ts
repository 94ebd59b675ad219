import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  compressionCapabilities,
  encryptionCapabilities,
  netnameNegotiateContextId,
  preauthIntegrityCapabilities,
  rdmaTransformCapabilities,
  signingCapabilities,
  transportCapabilities,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { hex, testStructure } from '../support/structures.ts';

testStructure({
  name: 'preauth integrity capabilities [MS-SMB2 2.2.3.1.1]',
  codec: preauthIntegrityCapabilities,
  bytes: '0100 0400 0100 01020304',
  value: { hashAlgorithms: [1], salt: hex('01020304') },
});
testStructure({
  name: 'encryption capabilities [MS-SMB2 2.2.3.1.2]',
  codec: encryptionCapabilities,
  bytes: '0200 0200 0100',
  value: { ciphers: [2, 1] },
});
testStructure({
  name: 'compression capabilities [MS-SMB2 2.2.3.1.3]',
  codec: compressionCapabilities,
  bytes: '0200 0000 01000000 0200 0400',
  value: { flags: 1, compressionAlgorithms: [2, 4] },
});
testStructure({
  name: 'transport capabilities [MS-SMB2 2.2.3.1.5]',
  codec: transportCapabilities,
  bytes: '01000000',
  value: { flags: 1 },
});
testStructure({
  name: 'RDMA transform capabilities [MS-SMB2 2.2.3.1.6]',
  codec: rdmaTransformCapabilities,
  bytes: '0200 0000 00000000 0100 0200',
  value: { rdmaTransformIds: [1, 2] },
});
testStructure({
  name: 'signing capabilities [MS-SMB2 2.2.3.1.7]',
  codec: signingCapabilities,
  bytes: '0200 0200 0100',
  value: { signingAlgorithms: [2, 1] },
});

test('a netname is all of its context [MS-SMB2 2.2.3.1.4]', (t) => {
  const wire = hex('7300720076003100');
  t.deepEqual(decode(netnameNegotiateContextId, wire), { netName: 'srv1' });
  t.deepEqual(encode(netnameNegotiateContextId, { netName: 'srv1' }), wire);
  t.throws(() => decode(netnameNegotiateContextId, wire.subarray(1)));
});
