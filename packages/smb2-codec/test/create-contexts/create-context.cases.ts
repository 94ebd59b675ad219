import { CodecError, decode, encode } from '@tsmbd/ms-dtyp';
import { CreateContextName, createContextList, decodeCreateContext, lease, makeCreateContext } from '@tsmbd/smb2-codec';
import test from 'ava';
import { hex, testStructure } from '../support/structures.ts';

testStructure({
  name: 'a context with a name of 16 bytes and one that gives the offset of no data [MS-SMB2 2.2.13.2]',
  codec: createContextList,
  bytes: `28000000 1000 1000 0000 2000 04000000 45bca66aefa7f74a9008fa462e144d74 01020304 00000000
    00000000 1000 0400 0000 1800 00000000 51466964 00000000`,
  value: [
    { name: CreateContextName.APP_INSTANCE_ID, data: hex('01020304') },
    { name: 'QFid', data: hex(''), dataOffset: 24 },
  ],
  // No bytes are no contexts, and the padding behind the last name may be absent.
  enough: 60,
  alsoWhole: [0],
});

test('an empty list has no contexts [MS-SMB2 2.2.13.2]', (t) => {
  t.deepEqual(decode(createContextList, hex('')), []);
  t.is(encode(createContextList, []).length, 0);
});

const broken: Record<string, string> = {
  'Next that is no multiple of 8': '1c000000 1000 0400 0000 0000 00000000 4d784163 00000000 00000000 00000000',
  'Next that points into the fixed part': '08000000 1000 0400 0000 0000 00000000 4d784163 00000000',
  'Next behind the list': '40000000 1000 0400 0000 0000 00000000 4d784163 00000000',
  'Next to the end of the list': '18000000 1000 0400 0000 0000 00000000 4d784163 00000000',
  'a name in the fixed part': '00000000 0800 0400 0000 0000 00000000 4d784163 00000000',
  'a name that crosses into the next context': `18000000 1000 0c00 0000 0000 00000000 4d784163 00000000
    00000000 1000 0400 0000 0000 00000000 4d784163 00000000`,
  'data behind the context': '00000000 1000 0400 0000 1800 08000000 4d784163 00000000 00000000',
  'data that would wrap': '00000000 1000 0400 0000 1800 ffffffff 4d784163 00000000 00000000',
  'data in the fixed part': '00000000 1000 0400 0000 0400 04000000 4d784163 00000000',
};
for (const [what, bytes] of Object.entries(broken)) {
  test(`a create context with ${what} is a CodecError [MS-SMB2 2.2.13.2]`, (t) => {
    t.throws(() => decode(createContextList, hex(bytes)), { instanceOf: CodecError });
  });
}

test('a context is found by its name and decoded by its codec [MS-SMB2 2.2.13.2]', (t) => {
  const value = {
    version: 2,
    leaseKey: '00112233-4455-6677-8899-aabbccddeeff',
    leaseState: 7,
    flags: 4,
    leaseDuration: 0n,
    parentLeaseKey: '10112233-4455-6677-8899-aabbccddeeff',
    epoch: 1,
  } as const;
  const contexts = [{ name: 'QFid', data: hex('') }, makeCreateContext(CreateContextName.REQUEST_LEASE, lease, value)];
  t.deepEqual(decodeCreateContext(contexts, CreateContextName.REQUEST_LEASE, lease), value);
  t.is(decodeCreateContext(contexts, CreateContextName.AAPL, lease), undefined);
  t.throws(() => decodeCreateContext(contexts, 'QFid', lease), { instanceOf: CodecError });
});
