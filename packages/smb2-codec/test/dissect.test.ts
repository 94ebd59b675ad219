import { type Codec, CodecError, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  compressionTransform,
  type DissectedPdu,
  decodeMessage,
  dissect,
  encodeMessage,
  HeaderFlags,
  type MessageElement,
  makeHeader,
  transformHeader,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { plain } from './support/bytes.ts';
import { seedBytes } from './support/seeds.ts';

const fileId = { persistent: 1n, volatile: 2n };

function request(body: MessageElement['body']): MessageElement {
  return { header: makeHeader({ command: Command[body.command!] }), body };
}

const create = request({
  kind: 'request',
  command: 'CREATE',
  value: {
    requestedOplockLevel: 0,
    impersonationLevel: 2,
    smbCreateFlags: 0n,
    desiredAccess: 0x0012_0089,
    fileAttributes: 0,
    shareAccess: 7,
    createDisposition: 1,
    createOptions: 0,
    name: 'a\\b',
    createContexts: [
      { name: 'MxAc', data: new Uint8Array(0) },
      { name: 'AlSi', data: Uint8Array.of(0, 16, 0, 0, 0, 0, 0, 0) },
      { name: 'Vend', data: Uint8Array.of(1, 2, 3) },
    ],
  },
});

test('records every field with its place, value and section, nested ones by their path', (t) => {
  const bytes = encodeMessage([create]);
  const [pdu] = dissect(bytes, { record: true });
  t.is(pdu!.kind, 'request');
  const byPath = new Map(pdu!.fields!.map((field) => [field.path, field]));
  t.like(byPath.get('SMB2 Header.Command'), { offset: 12, length: 2, value: 5, section: '[MS-SMB2] 2.2.1.1' });
  t.like(byPath.get('CREATE Request.DesiredAccess'), {
    structure: 'CREATE Request',
    field: 'DesiredAccess',
    offset: 64 + 24,
    length: 4,
    value: 0x0012_0089,
    section: '[MS-SMB2] 2.2.13',
  });
  t.like(byPath.get('CREATE Request.Name'), { offset: 120, length: 6, value: 'a\\b' });
  t.like(byPath.get('CREATE Request.CreateContexts[1].DataLength'), {
    structure: 'SMB2_CREATE_CONTEXT',
    offset: 128 + 24 + 12,
    value: 8,
    section: '[MS-SMB2] 2.2.13.2',
  });
  t.like(byPath.get('CREATE Request.CreateContexts[1].Data.AllocationSize'), {
    structure: 'CREATE_ALLOCATION_SIZE',
    offset: 128 + 24 + 24,
    length: 8,
    value: 4096n,
    section: '[MS-SMB2] 2.2.13.2.6',
  });
});

test('payloads come with their value, those of vendors as bytes', (t) => {
  const bytes = encodeMessage([create]);
  const [pdu] = dissect(bytes);
  t.deepEqual(
    pdu!.payloads.map(({ kind, key, structure, value, offset }) => ({ kind, key, structure, value, offset })),
    [
      {
        kind: 'create-context',
        key: 'AlSi',
        structure: 'CREATE_ALLOCATION_SIZE',
        value: { allocationSize: 4096n },
        offset: 176,
      },
      { kind: 'create-context', key: 'Vend', structure: undefined, value: undefined, offset: 208 },
    ],
  );
  t.is(pdu!.fields, undefined);
});

test('what is not built in is asked of the registry', (t) => {
  const vendor: Codec<number> = { name: 'Vendor', decode: (r) => r.u8('First'), encode: (w, v) => w.u8(v) };
  const [pdu] = dissect(encodeMessage([create]), {
    record: true,
    decoders: [({ kind, key }) => (kind === 'create-context' && key === 'Vend' ? vendor : undefined)],
  });
  t.is(pdu!.payloads[1]!.value, 1);
  t.is(pdu!.fields!.at(-1)!.path, 'CREATE Request.CreateContexts[2].Data.First');

  const write = request({
    kind: 'request',
    command: 'WRITE',
    value: {
      offset: 0n,
      fileId,
      channel: 0,
      remainingBytes: 0,
      flags: 0,
      data: Uint8Array.of(5, 0),
      writeChannelInfo: new Uint8Array(0),
    },
  });
  const pipe = dissect(encodeMessage([write]), {
    related: { isPipe: true },
    decoders: [({ kind }) => (kind === 'pipe' ? vendor : undefined)],
  });
  t.like(pipe[0]!.payloads[0], { kind: 'pipe', structure: 'Vendor', value: 5 });
  t.like(dissect(encodeMessage([write]))[0]!.payloads[0], { kind: 'file-data', value: undefined });
});

test('what a response means is told by its request', (t) => {
  const buffer = Uint8Array.of(0, 16, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0);
  const response: MessageElement = {
    header: makeHeader({ command: Command.QUERY_INFO, flags: HeaderFlags.SERVER_TO_REDIR, messageId: 7n }),
    body: { kind: 'response', command: 'QUERY_INFO', value: { buffer } },
  };
  const bytes = encodeMessage([response]);
  const related = ({ messageId }: { messageId: bigint }) =>
    messageId === 7n ? { infoType: 1, infoClass: 5 } : undefined;
  t.like(dissect(bytes, { related })[0]!.payloads[0], {
    structure: 'FileStandardInformation',
    value: { endOfFile: 5n },
  });
  t.like(dissect(bytes)[0]!.payloads[0], { structure: undefined, value: undefined });
});

test('the answer of SRV_READ_HASH has the form that was asked for [MS-SMB2 2.2.32.4]', (t) => {
  const output = new Uint8Array(26);
  output[8] = 2;
  const value = { ctlCode: 0x0014_41bb, fileId, flags: 0, input: new Uint8Array(0), output };
  const bytes = encodeMessage([
    {
      header: makeHeader({ command: Command.IOCTL, flags: HeaderFlags.SERVER_TO_REDIR }),
      body: { kind: 'response', command: 'IOCTL', value },
    },
  ]);
  const structure = (hashRetrievalType?: number): string | undefined =>
    dissect(bytes, hashRetrievalType === undefined ? {} : { related: { hashRetrievalType } })[0]!.payloads[0]!
      .structure;
  t.is(structure(1), 'SRV_HASH_RETRIEVE_HASH_BASED');
  t.is(structure(2), 'SRV_HASH_RETRIEVE_FILE_BASED');
  t.is(structure(), undefined);
});

test('a message that was cut off gives the fields up to the cut, and where it was', (t) => {
  const bytes = encodeMessage([create]);
  for (let length = 0; length < bytes.length; length++) {
    const pdus = dissect(bytes.subarray(0, length), { record: true });
    if (length === 0) {
      t.is(pdus[0]!.kind, 'malformed');
      continue;
    }
    t.is(pdus.length, 1);
    for (const { offset, length: size } of pdus[0]!.fields!) t.true(offset + size <= length);
    t.true(pdus[0]!.problems.length > 0, `${length} bytes`);
    for (const { offset } of pdus[0]!.problems) t.true(offset >= 0);
  }
  const [cut] = dissect(bytes.subarray(0, 100), { record: true });
  t.is(cut!.body, undefined);
  t.like(cut!.problems[0], { path: 'CREATE Request.CreateDisposition', field: 'CreateDisposition', offset: 100 });
  t.is(cut!.fields!.at(-1)!.field, 'ShareAccess');
  // Variable parts: what is there of them is given.
  const [name] = dissect(bytes.subarray(0, 124));
  t.like(name, { kind: 'request', body: { name: 'a\\' } });
  const contexts = dissect(bytes.subarray(0, 190))[0]!;
  t.is(contexts.kind === 'request' && contexts.command === 'CREATE' && contexts.body?.createContexts.length, 2);
});

test('strict mode throws where lenient mode notes', (t) => {
  const bytes = encodeMessage([create]);
  bytes[64] = 58;
  const error = t.throws(() => dissect(bytes, { strict: true }), { instanceOf: CodecError });
  t.is(error.offset, 64);
  const [pdu] = dissect(bytes);
  t.like(pdu, { body: { name: 'a\\b' }, problems: [{ path: 'CREATE Request.StructureSize', offset: 64 }] });
  t.throws(() => dissect(Uint8Array.of(1, 2, 3), { strict: true }), { instanceOf: CodecError });
});

test('a compound whose chain breaks off gives the elements before, and the rest of the message', (t) => {
  const close = request({ kind: 'request', command: 'CLOSE', value: { flags: 0, fileId } });
  const bytes = encodeMessage([create, close, close]);
  const second = dissect(bytes)[1]!;
  t.is(second.kind, 'request');
  bytes[second.offset + 20] = 0xff;
  bytes[second.offset + 21] = 0xff;
  const pdus = dissect(bytes, { record: true });
  t.is(pdus.length, 2);
  t.is(pdus[1]!.offset + pdus[1]!.length, bytes.length);
  t.is(pdus[1]!.problems[0]!.field, 'NextCommand');
  for (const { offset } of pdus[1]!.fields!) t.true(offset >= second.offset);
});

test('a count that the bytes cannot hold costs no more than the bytes', (t) => {
  const bytes = encodeMessage([
    request({
      kind: 'request',
      command: 'NEGOTIATE',
      value: {
        securityMode: 0,
        capabilities: 0,
        clientGuid: '00112233-4455-6677-8899-aabbccddeeff',
        dialects: [0x202],
        clientStartTime: 0n,
        negotiateContexts: [],
      },
    }),
  ]);
  bytes[66] = 0xff;
  bytes[67] = 0xff;
  t.like(dissect(bytes)[0], { body: { dialects: [0x202] } });
  t.throws(() => dissect(bytes, { strict: true }), { instanceOf: CodecError });
});

test('wrapped messages show what is inside when somebody can open them', (t) => {
  const inner = encodeMessage([create]);
  const sealed = encode(transformHeader, {
    signature: new Uint8Array(16),
    nonce: new Uint8Array(16),
    originalMessageSize: inner.length,
    flags: 1,
    sessionId: 9n,
  });
  t.like(dissect(sealed)[0], { kind: 'encrypted', body: { sessionId: 9n }, inner: undefined });
  const opened = dissect(sealed, { decrypt: ({ sessionId }) => (sessionId === 9n ? inner : undefined) })[0]!;
  t.is(opened.kind === 'encrypted' && opened.inner!.pdus[0]!.command, 'CREATE');

  const compressed = encode(compressionTransform, {
    kind: 'unchained',
    originalCompressedSegmentSize: inner.length,
    compressionAlgorithm: 0,
    uncompressed: new Uint8Array(0),
    compressed: inner,
  });
  const again = dissect(compressed, {
    decompress: (m) => (m.kind === 'unchained' ? m.compressed.slice() : undefined),
  })[0]!;
  t.is(again.kind === 'compressed' && again.inner!.pdus[0]!.command, 'CREATE');
  // A message that decrypts to itself does not nest without end.
  let depth = 0;
  dissect(sealed, {
    decrypt() {
      depth++;
      return sealed;
    },
  });
  t.is(depth, 1);
});

test('dissecting gives the same bodies as decoding, in every mode', (t) => {
  for (const bytes of seedBytes()) {
    const decoded = decodeMessage(bytes);
    for (const options of [{}, { strict: true }, { record: true }, { strict: true, record: true }]) {
      // The seeds' payloads are arbitrary bytes: their structures are not to be looked at.
      const raw = { name: 'raw', decode: () => 0, encode: () => {} };
      const pdus: DissectedPdu[] = dissect(bytes, { ...options, decoders: [() => raw] });
      t.is(pdus.length, decoded.length);
      pdus.forEach((pdu, i) => {
        t.deepEqual(plain(pdu.body), plain(decoded[i]!.body.value), `${pdu.kind} ${pdu.command}`);
        t.deepEqual(pdu.problems, []);
      });
    }
  }
});

test('a request of SMB 3 has a channel sequence where responses have a status [MS-SMB2 2.2.1.2]', (t) => {
  const bytes = encodeMessage([{ ...create, header: makeHeader({ command: Command.CREATE, status: 0x0002_0001 }) }]);
  const fieldsOf = (dialect?: number): unknown[] =>
    dissect(bytes, { record: true, ...(dialect !== undefined && { dialect }) })[0]!
      .fields!.slice(3, 6)
      .map(({ field, offset, value }) => [field, offset, value]);
  t.deepEqual(fieldsOf(), [
    ['Status', 8, 0x0002_0001],
    ['Command', 12, 5],
    ['Credit', 14, 0],
  ]);
  t.deepEqual(fieldsOf(0x311), [
    ['ChannelSequence', 8, 1],
    ['Reserved', 10, 2],
    ['Command', 12, 5],
  ]);
});

test('error contexts and what is in them have their fields [MS-SMB2 2.2.2.1]', (t) => {
  const errorData = new Uint8Array(8 + 28 + 6);
  const view = new DataView(errorData.buffer);
  view.setUint32(0, 34, true);
  view.setUint32(8, 30, true);
  view.setUint32(12, 0x4c4d_5953, true);
  view.setUint32(16, 0xa000_000c, true);
  view.setUint16(20, 18, true);
  view.setUint16(26, 4, true);
  view.setUint16(28, 4, true);
  view.setUint16(30, 2, true);
  errorData.set([97, 0, 98, 0, 99, 0], 36);
  const bytes = encodeMessage([
    {
      header: makeHeader({ command: Command.CREATE, status: 0x8000_002d, flags: HeaderFlags.SERVER_TO_REDIR }),
      body: { kind: 'error', command: 'CREATE', value: { errorContextCount: 1, errorData } },
    },
  ]);
  const [pdu] = dissect(bytes, { record: true });
  t.deepEqual(pdu!.problems, []);
  t.like(pdu!.payloads[0], {
    structure: 'Symbolic Link Error Response',
    value: { substituteName: 'ab', printName: 'c' },
  });
  const paths = pdu!.fields!.map(({ path, offset }) => `${path} ${offset}`);
  t.true(paths.includes('ERROR Response.ErrorData[0].ErrorId 76'));
  t.true(paths.includes('ERROR Response.ErrorData[0].ErrorContextData.SubstituteName 108'));
});
