import { CodecError, Reader } from '@tsmbd/ms-dtyp';
import { Dialect, negotiateRequest, negotiateResponse } from '@tsmbd/smb2-codec';
import test from 'ava';
import { hex, testBody } from '../support/structures.ts';

const clientGuid = '00112233-4455-6677-8899-aabbccddeeff';

testBody({
  name: 'a NEGOTIATE request up to SMB 3.0.2 [MS-SMB2 2.2.3]',
  codec: negotiateRequest,
  bytes: `2400 0200 0100 0000 7f000000 33221100554477668899aabbccddeeff 0000000000000000 1002 0203`,
  value: {
    securityMode: 1,
    capabilities: 0x7f,
    clientGuid,
    dialects: [Dialect.SMB_2_1, Dialect.SMB_3_0_2],
    clientStartTime: 0n,
    negotiateContexts: [],
  },
});

testBody({
  name: 'a NEGOTIATE request with contexts at multiples of 8, the last unpadded [MS-SMB2 2.2.3.1]',
  codec: negotiateRequest,
  bytes: `2400 0100 0200 0000 7f000000 33221100554477668899aabbccddeeff 68000000 0200 0000 1103 0000
    0100 0600 00000000 010000000100 0000
    0200 0400 00000000 01000200`,
  value: {
    securityMode: 2,
    capabilities: 0x7f,
    clientGuid,
    dialects: [Dialect.SMB_3_1_1],
    clientStartTime: 0n,
    negotiateContexts: [
      { contextType: 1, data: hex('010000000100') },
      { contextType: 2, data: hex('01000200') },
    ],
  },
});

testBody({
  name: 'a NEGOTIATE response with token and context [MS-SMB2 2.2.4]',
  codec: negotiateResponse,
  bytes: `4100 0100 1103 0100 33221100554477668899aabbccddeeff 2f000000 00008000 00001000 00000001
    0100000000000000 0000000000000000 8000 0300 88000000 607631 0000000000 0800 0400 00000000 01000200`,
  value: {
    securityMode: 1,
    dialectRevision: Dialect.SMB_3_1_1,
    serverGuid: clientGuid,
    capabilities: 0x2f,
    maxTransactSize: 0x80_0000,
    maxReadSize: 0x10_0000,
    maxWriteSize: 0x100_0000,
    systemTime: 1n,
    serverStartTime: 0n,
    securityBuffer: hex('607631'),
    negotiateContexts: [{ contextType: 8, data: hex('01000200') }],
  },
});

testBody({
  name: 'a NEGOTIATE response of SMB 2.1 without token [MS-SMB2 2.2.4]',
  codec: negotiateResponse,
  bytes: `4100 0100 1002 0000 33221100554477668899aabbccddeeff 07000000 00000100 00000100 00000100
    0100000000000000 0000000000000000 8000 0000 00000000`,
  value: {
    securityMode: 1,
    dialectRevision: Dialect.SMB_2_1,
    serverGuid: clientGuid,
    capabilities: 7,
    maxTransactSize: 0x1_0000,
    maxReadSize: 0x1_0000,
    maxWriteSize: 0x1_0000,
    systemTime: 1n,
    serverStartTime: 0n,
    securityBuffer: hex(''),
    negotiateContexts: [],
  },
});

for (const [what, offset] of [
  ['points into the fixed part', '40000000'],
  ['is no multiple of 8', '69000000'],
  ['lies behind the message', '00100000'],
  ['would wrap', 'f8ffffff'],
] as const) {
  test(`a NegotiateContextOffset that ${what} is a CodecError [MS-SMB2 2.2.3]`, (t) => {
    const body = hex(`2400 0100 0200 0000 7f000000 33221100554477668899aabbccddeeff ${offset} 0100 0000 1103 0000
      0100 0600 00000000 010000000100`);
    const message = new Uint8Array(64 + body.length);
    message.set(body, 64);
    const error = t.throws(() => negotiateRequest.decode(new Reader(message, 'x', 64, message.length, 0)));
    t.true(error instanceof CodecError);
  });
}
