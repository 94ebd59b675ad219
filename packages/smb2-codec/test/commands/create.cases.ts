import { CodecError, Reader } from '@tsmbd/ms-dtyp';
import { createRequest, createResponse } from '@tsmbd/smb2-codec';
import test from 'ava';
import { hex, testBody } from '../support/structures.ts';

const fixed = {
  requestedOplockLevel: 0xff,
  impersonationLevel: 2,
  smbCreateFlags: 0n,
  desiredAccess: 0x0012_0089,
  fileAttributes: 0x80,
  shareAccess: 7,
  createDisposition: 1,
  createOptions: 0x40,
};

testBody({
  name: 'a CREATE request with two contexts [MS-SMB2 2.2.13]',
  codec: createRequest,
  bytes: `3900 00 ff 02000000 0000000000000000 0000000000000000 89001200 80000000 07000000 01000000 40000000
    7800 0600 80000000 40000000 61002e006200 0000
    18000000 1000 0400 0000 0000 00000000 4d784163 00000000
    00000000 1000 0400 0000 1800 10000000 44486e51 00000000 00000000000000000000000000000000`,
  value: {
    ...fixed,
    name: 'a.b',
    createContexts: [
      { name: 'MxAc', data: hex('') },
      { name: 'DHnQ', data: new Uint8Array(16) },
    ],
  },
});

testBody({
  name: "a CREATE request of the share's root, whose buffer may be absent [MS-SMB2 2.2.13]",
  codec: createRequest,
  bytes: `3900 00 ff 02000000 0000000000000000 0000000000000000 89001200 80000000 07000000 01000000 40000000
    7800 0000 00000000 00000000 0000000000000000`,
  value: { ...fixed, name: '', createContexts: [] },
  enough: 56,
});

testBody({
  name: 'a CREATE response with a context [MS-SMB2 2.2.14]',
  codec: createResponse,
  bytes: `5900 09 00 02000000 0100000000000000 0200000000000000 0300000000000000 0400000000000000
    0010000000000000 0500000000000000 20000000 00000000 1100000000000000 2200000000000000 98000000 20000000
    00000000 1000 0400 0000 1800 08000000 4d784163 00000000 00000000 ff011f00`,
  value: {
    oplockLevel: 9,
    flags: 0,
    createAction: 2,
    creationTime: 1n,
    lastAccessTime: 2n,
    lastWriteTime: 3n,
    changeTime: 4n,
    allocationSize: 4096n,
    endOfFile: 5n,
    fileAttributes: 0x20,
    fileId: { persistent: 0x11n, volatile: 0x22n },
    createContexts: [{ name: 'MxAc', data: hex('00000000 ff011f00') }],
  },
});

test('a CREATE request whose name lies in the fixed part is a CodecError [MS-SMB2 2.2.13]', (t) => {
  const body = hex(`3900 00 ff 02000000 0000000000000000 0000000000000000 89001200 80000000 07000000 01000000 40000000
    4000 0600 00000000 00000000 61002e006200 0000`);
  const message = new Uint8Array(64 + body.length);
  message.set(body, 64);
  t.throws(() => createRequest.decode(new Reader(message, 'x', 64, message.length, 0)), { instanceOf: CodecError });
});
