import { encode, Writer } from '@tsmbd/ms-dtyp';
import {
  decodeErrorContexts,
  encodeErrorContexts,
  errorResponse,
  shareRedirectError,
  symbolicLinkError,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { toHex } from '../support/bytes.ts';
import { hex, testBody, testStructure } from '../support/structures.ts';

testBody({
  name: 'an ERROR response without data, of which some servers leave the last byte out [MS-SMB2 2.2.2]',
  codec: errorResponse,
  bytes: '0900 00 00 00000000 00',
  value: { errorContextCount: 0, errorData: hex('') },
  enough: 8,
});

testBody({
  name: 'an ERROR response with data [MS-SMB2 2.2.2]',
  codec: errorResponse,
  bytes: '0900 01 00 0c000000 04000000 00000000 10000000',
  value: { errorContextCount: 1, errorData: hex('04000000 00000000 10000000') },
});

testStructure({
  name: 'a symbolic link error [MS-SMB2 2.2.2.2.1]',
  codec: symbolicLinkError,
  bytes: `20000000 53594d4c 0c0000a0 1400 0600 0000 0400 0400 0400 01000000 61006200 61006200`,
  value: { unparsedPathLength: 6, flags: 1, substituteName: 'ab', printName: 'ab' },
});

testStructure({
  name: 'a share redirect error [MS-SMB2 2.2.2.2.2]',
  codec: shareRedirectError,
  bytes: `4e000000 03000000 48000000 06000000 0000 0000 02000000
    01000000 00000000 c0000201 000000000000000000000000
    02000000 00000000 20010db8000000000000000000000001 5c0061006200`,
  value: { resourceName: '\\ab', ipAddresses: ['192.0.2.1', '2001:db8::1'] },
});

test('error contexts stand at multiples of 8 [MS-SMB2 2.2.2.1]', (t) => {
  const contexts = [
    { errorId: 0, errorContextData: hex('01020304') },
    { errorId: 0x7264_5253, errorContextData: hex('05') },
  ];
  const w = new Writer();
  encodeErrorContexts(w, contexts);
  const wire = w.result();
  t.is(toHex(wire), '04000000000000000102030400000000010000005352647205');
  const decoded = decodeErrorContexts(wire, 2);
  t.deepEqual(
    decoded.map((c) => [c.errorId, toHex(c.errorContextData)]),
    [
      [0, '01020304'],
      [0x7264_5253, '05'],
    ],
  );
  t.throws(() => decodeErrorContexts(wire, 3));
  t.is(encode(errorResponse, { errorContextCount: 2, errorData: wire }).length, 8 + wire.length);
});
