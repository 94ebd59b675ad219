import { protocolOf, smb1NegotiateRequest } from '@tsmbd/smb2-codec';
import test from 'ava';
import { hex, testStructure } from './support/structures.ts';

testStructure({
  name: 'an SMB1 NEGOTIATE that offers SMB2 [MS-CIFS 2.2.4.52.1]',
  codec: smb1NegotiateRequest,
  bytes: `ff534d42 72 00000000 18 53c8 0000 0000000000000000 0000 ffff fffe 0000 0000 00 1700
    02 4e54204c4d20302e313200
    02 534d4220322e30303200`,
  value: {
    flags: 0x18,
    flags2: 0xc853,
    treeId: 0xffff,
    processId: 0xfeff,
    userId: 0,
    multiplexId: 0,
    dialects: ['NT LM 0.12', 'SMB 2.002'],
  },
});

test('the first four bytes tell what a message is [MS-SMB2 2.2.1, 2.2.41, 2.2.42]', (t) => {
  t.is(protocolOf(hex('fe534d42')), 'smb2');
  t.is(protocolOf(hex('fd534d42')), 'transform');
  t.is(protocolOf(hex('fc534d42')), 'compressed');
  t.is(protocolOf(hex('ff534d42')), 'smb1');
  t.is(protocolOf(hex('fb534d42')), 'unknown');
  t.is(protocolOf(hex('fe534d')), 'unknown');
  t.is(protocolOf(hex('')), 'unknown');
});
