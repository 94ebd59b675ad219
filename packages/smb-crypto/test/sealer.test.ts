import { createCipheriv } from 'node:crypto';
import test from 'ava';
import { type CipherName, createSealer, isSealed, sealedSessionId, TRANSFORM_HEADER_LENGTH } from '../src/index.ts';
import { bytes, hex, knownAnswers } from './known-answers.ts';

const CIPHERS: readonly [CipherName, number][] = [
  ['aes-128-ccm', 16],
  ['aes-128-gcm', 16],
  ['aes-256-ccm', 32],
  ['aes-256-gcm', 32],
];

for (const { name, algorithm, key, plaintext_smb2, transform_message } of knownAnswers.encryption) {
  test(`a Windows message opens: ${name} [MS-SMB2 3.1.4.3]`, (t) => {
    const sealer = createSealer(algorithm.toLowerCase() as CipherName, bytes(key));
    const frame = bytes(transform_message);
    t.true(isSealed(frame));
    t.is(sealedSessionId(frame), new DataView(frame.buffer).getBigUint64(44, true));
    t.is(hex(sealer.open(frame)!), plaintext_smb2);
    for (const at of [4, 20, 30, 36, 42, 44, 52, frame.length - 1]) {
      const changed = frame.slice();
      changed[at]! ^= 1;
      t.is(sealer.open(changed), undefined, `changed at ${at}`);
    }
  });
}

for (const [cipher, keyLength] of CIPHERS) {
  const key = new Uint8Array(keyLength).fill(0x42);

  test(`what is sealed opens again, and no nonce comes twice: ${cipher} [MS-SMB2 2.2.41]`, (t) => {
    const sealer = createSealer(cipher, key);
    const nonces = new Set<string>();
    for (const length of [1, 64, 100, 4096, 70_000]) {
      const plain = new Uint8Array(length).map((_, i) => i);
      const frame = new Uint8Array(TRANSFORM_HEADER_LENGTH + length).fill(0xaa);
      frame.set(plain, TRANSFORM_HEADER_LENGTH);
      sealer.seal(frame, 0x1122334455667788n);
      t.is(sealedSessionId(frame), 0x1122334455667788n);
      t.not(hex(frame.subarray(TRANSFORM_HEADER_LENGTH)), hex(plain));
      t.deepEqual(createSealer(cipher, key).open(frame), plain);
      nonces.add(hex(frame.subarray(20, 36)));
      // Nonce bytes that the cipher does not use, and Reserved, are zeros.
      t.is(hex(frame.subarray(cipher.endsWith('ccm') ? 31 : 32, 36)).replaceAll('0', ''), '');
      t.is(hex(frame.subarray(40, 44)), '00000100');
    }
    t.is(nonces.size, 5);
  });
}

test('every prefix of a frame, and a frame with more than it says, is refused', (t) => {
  const sealer = createSealer('aes-128-gcm', new Uint8Array(16));
  const frame = new Uint8Array(TRANSFORM_HEADER_LENGTH + 80);
  sealer.seal(frame, 1n);
  for (let n = 0; n < frame.length; n++) t.is(sealer.open(frame.subarray(0, n)), undefined);
  const longer = new Uint8Array(frame.length + 8);
  longer.set(frame);
  t.is(sealer.open(longer), undefined);
  t.is(sealedSessionId(frame.subarray(0, 51)), undefined);
});

/** A frame with any header that its sender has authenticated. */
function sealedBy(key: Uint8Array, size: number, flags: number): Uint8Array {
  const frame = new Uint8Array(TRANSFORM_HEADER_LENGTH + 80);
  const view = new DataView(frame.buffer);
  view.setUint32(0, 0x424d53fd, true);
  frame[20] = 7;
  view.setUint32(36, size, true);
  view.setUint16(42, flags, true);
  view.setBigUint64(44, 1n, true);
  const cipher = createCipheriv('aes-128-gcm', key, frame.subarray(20, 32), { authTagLength: 16 });
  cipher.setAAD(frame.subarray(20, TRANSFORM_HEADER_LENGTH));
  frame.set(cipher.update(frame.subarray(TRANSFORM_HEADER_LENGTH)), TRANSFORM_HEADER_LENGTH);
  cipher.final();
  frame.set(cipher.getAuthTag(), 4);
  return frame;
}

test('a frame with another size or other flags is refused, though its tag is right [MS-SMB2 3.3.5.2.1.1]', (t) => {
  const key = new Uint8Array(16).fill(9);
  const open = (size: number, flags: number) => createSealer('aes-128-gcm', key).open(sealedBy(key, size, flags));
  t.deepEqual(open(80, 1), new Uint8Array(80));
  for (const size of [0, 79, 81, 0xffff_ffff]) t.is(open(size, 1), undefined, `size ${size}`);
  for (const flags of [0, 2, 3, 0x0101]) t.is(open(80, flags), undefined, `flags ${flags}`);
});
