import { CodecError, Reader, Writer } from '@tsmbd/ms-dtyp';
import { encodeReadResponseHead, READ_RESPONSE_DATA_OFFSET, readRequest, readResponse } from '@tsmbd/smb2-codec';
import test from 'ava';
import { hex, testBody } from '../support/structures.ts';

const request = {
  padding: 0x50,
  flags: 1,
  length: 4096,
  offset: 0x1_0000_0000n,
  fileId: { persistent: 0x11n, volatile: 0x22n },
  minimumCount: 1,
  channel: 0,
  remainingBytes: 0,
  readChannelInfo: hex(''),
};

testBody({
  name: 'a READ request, whose one byte of buffer may be absent [MS-SMB2 2.2.19]',
  codec: readRequest,
  bytes: `3100 50 01 00100000 0000000001000000 1100000000000000 2200000000000000 01000000 00000000 00000000
    0000 0000 00`,
  value: request,
  enough: 48,
});

testBody({
  name: 'a READ request with RDMA descriptors [MS-SMB2 2.2.19]',
  codec: readRequest,
  bytes: `3100 50 01 00100000 0000000001000000 1100000000000000 2200000000000000 01000000 01000000 00000000
    7000 1000 000000000000000001000000 00100000`,
  value: { ...request, channel: 1, readChannelInfo: hex('00000000000000000100000000100000') },
});

testBody({
  name: 'a READ response [MS-SMB2 2.2.20]',
  codec: readResponse,
  bytes: '1100 50 00 03000000 00000000 00000000 616263',
  value: { dataRemaining: 0, flags: 0, data: hex('616263') },
});

test('the head of a READ response ends where the data begins [MS-SMB2 2.2.20]', (t) => {
  const w = new Writer(256, 64);
  w.base = 0;
  encodeReadResponseHead(w, 3);
  t.is(w.position, READ_RESPONSE_DATA_OFFSET);
  t.is(w.buffer[66], READ_RESPONSE_DATA_OFFSET);
});

test('a READ response with its data further back decodes [MS-SMB2 2.2.20]', (t) => {
  const body = hex('1100 58 00 03000000 00000000 00000000 0000000000000000 616263');
  const message = new Uint8Array(64 + body.length);
  message.set(body, 64);
  const { data } = readResponse.decode(new Reader(message, 'x', 64, message.length, 0));
  t.is(String.fromCharCode(...data), 'abc');
});

test('a READ response whose data overlaps the fixed part is a CodecError [MS-SMB2 2.2.20]', (t) => {
  const body = hex('1100 40 00 03000000 00000000 00000000 616263');
  const message = new Uint8Array(64 + body.length);
  message.set(body, 64);
  t.throws(() => readResponse.decode(new Reader(message, 'x', 64, message.length, 0)), { instanceOf: CodecError });
});
