import { type Codec, EncodeError, encode } from '@tsmbd/ms-dtyp';
import * as everything from '@tsmbd/smb2-codec';
import { decodeMessage, dissect, encodeMessage, type MessageElement, makeHeader, toJson } from '@tsmbd/smb2-codec';
import test from 'ava';

const close: MessageElement = {
  header: makeHeader({ command: 6, messageId: 12n }),
  body: { kind: 'request', command: 'CLOSE', value: { flags: 1, fileId: { persistent: 1n, volatile: 2n ** 63n } } },
};

test('a decoded message is no error for JSON.stringify: 64-bit numbers are decimal strings, bytes hex', (t) => {
  const decoded = decodeMessage(encodeMessage([close]));
  t.throws(() => JSON.stringify(decoded), { instanceOf: TypeError });
  const [element] = JSON.parse(JSON.stringify(toJson(decoded)));
  t.is(element.header.messageId, '12');
  t.deepEqual(element.header.signature, { length: 16, hex: '00'.repeat(16) });
  t.deepEqual(element.body.value, { flags: 1, fileId: { persistent: '1', volatile: '9223372036854775808' } });
});

test('bytes that are cut tell their length; those with a structure give it', (t) => {
  t.deepEqual(toJson(Uint8Array.of(1, 2, 255), { maxBytes: 2 }), { length: 3, hex: '0102' });
  t.deepEqual(toJson({ a: undefined, b: [1n, null, undefined], c: true }), { b: ['1', null, null], c: true });
  t.is(toJson(undefined), undefined);
  const create: MessageElement = {
    header: makeHeader({ command: 5 }),
    body: {
      kind: 'request',
      command: 'CREATE',
      value: {
        requestedOplockLevel: 0,
        impersonationLevel: 2,
        smbCreateFlags: 0n,
        desiredAccess: 1,
        fileAttributes: 0,
        shareAccess: 7,
        createDisposition: 1,
        createOptions: 0,
        name: 'a',
        createContexts: [{ name: 'AlSi', data: Uint8Array.of(0, 16, 0, 0, 0, 0, 0, 0) }],
      },
    },
  };
  const [pdu] = dissect(encodeMessage([create]));
  t.deepEqual((toJson(pdu!.body, pdu!) as { createContexts: unknown }).createContexts, [
    { name: 'AlSi', data: { structure: 'CREATE_ALLOCATION_SIZE', value: { allocationSize: '4096' } } },
  ]);
});

test('an incomplete header or body is an EncodeError that names structure and property', (t) => {
  const broken = (element: unknown, message: string): void => {
    t.throws(() => encodeMessage([element as MessageElement]), { instanceOf: EncodeError, message });
  };
  broken({ ...close, header: { ...close.header, sessionId: undefined } }, 'SMB2 Header.sessionId is missing');
  broken({ ...close, body: { ...close.body, value: {} } }, 'CLOSE Request.flags is missing');
  broken(
    { ...close, body: { ...close.body, value: { flags: 0, fileId: { persistent: 1n } } } },
    'CLOSE Request.fileId.volatile is missing',
  );
  broken({ ...close, body: { ...close.body, value: undefined } }, 'CLOSE Request cannot be undefined');
  broken({ ...close, body: { ...close.body, command: 'FOO' } }, 'Body.command has no request: FOO');
});

test('no codec says of an empty value what only JavaScript understands', (t) => {
  let count = 0;
  const check = (key: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const codec = value as Codec<unknown>;
    if (key.startsWith('commandCodecs') && typeof codec.encode !== 'function') {
      for (const [inner, each] of Object.entries(value)) check(`${key}.${inner}`, each);
      return;
    }
    if (typeof codec.encode !== 'function' || typeof codec.decode !== 'function' || codec.name === undefined) return;
    count++;
    for (const empty of [{}, [], undefined]) {
      try {
        encode(codec, empty);
      } catch (error) {
        if (!(error instanceof EncodeError)) t.fail(`${key}: ${String(error)}`);
      }
    }
  };
  for (const [key, value] of Object.entries(everything)) check(key, value);
  t.true(count > 180, `${count} codecs`);
});
