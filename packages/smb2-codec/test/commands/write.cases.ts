import { CodecError, Reader } from '@tsmbd/ms-dtyp';
import { writeRequest, writeResponse } from '@tsmbd/smb2-codec';
import test from 'ava';
import { hex, testBody } from '../support/structures.ts';

testBody({
  name: 'a WRITE request [MS-SMB2 2.2.21]',
  codec: writeRequest,
  bytes: `3100 7000 03000000 0010000000000000 1100000000000000 2200000000000000 00000000 00000000 0000 0000 01000000
    616263`,
  value: {
    offset: 4096n,
    fileId: { persistent: 0x11n, volatile: 0x22n },
    channel: 0,
    remainingBytes: 0,
    flags: 1,
    data: hex('616263'),
    writeChannelInfo: hex(''),
  },
});

testBody({
  name: 'a WRITE response [MS-SMB2 2.2.22]',
  codec: writeResponse,
  bytes: '1100 0000 03000000 00000000 0000 0000',
  value: { count: 3, remaining: 0 },
});

for (const [what, pair] of [
  ['DataOffset 0', '0000 03000000'],
  ['a Length beyond the message', '7000 00000100'],
  ['a Length that would wrap', '7000 ffffffff'],
] as const) {
  test(`a WRITE request with ${what} is a CodecError [MS-SMB2 2.2.21]`, (t) => {
    const body = hex(`3100 ${pair} 0010000000000000 1100000000000000 2200000000000000 00000000 00000000 0000 0000
      01000000 616263`);
    const message = new Uint8Array(64 + body.length);
    message.set(body, 64);
    t.throws(() => writeRequest.decode(new Reader(message, 'x', 64, message.length, 0)), { instanceOf: CodecError });
  });
}
