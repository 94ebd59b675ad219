import test from 'ava';
import { type CipherName, CryptoError, createSealer, createSigner, type SigningAlgorithm } from '../src/index.ts';
import { nodeProvider } from '../src/node-crypto.ts';
import { opensslProvider } from '../src/openssl.ts';

const isTyped = { instanceOf: CryptoError, name: 'CryptoError' };
const OTHER_LENGTHS = [0, 3, 15, 17, 24, 33];

for (const algorithm of ['hmac-sha256', 'aes-cmac', 'aes-gmac'] as const) {
  test(`a signer reads nothing behind a short key: ${algorithm}`, (t) => {
    const bytes = new Uint8Array(64);
    for (const length of [...OTHER_LENGTHS, 32]) {
      t.throws(() => createSigner(algorithm, bytes.subarray(0, length)), isTyped, `${length}`);
    }
    t.notThrows(() => createSigner(algorithm, bytes.subarray(0, 16)));
  });
}

for (const [cipher, right, wrong] of [
  ['aes-128-ccm', 16, 32],
  ['aes-128-gcm', 16, 32],
  ['aes-256-ccm', 32, 16],
  ['aes-256-gcm', 32, 16],
] as const) {
  test(`a sealer reads nothing behind a short key: ${cipher}`, (t) => {
    const bytes = new Uint8Array(64);
    for (const length of [...OTHER_LENGTHS, wrong]) {
      t.throws(() => createSealer(cipher, bytes.subarray(0, length)), isTyped, `${length}`);
    }
    t.notThrows(() => createSealer(cipher, bytes.subarray(0, right)));
  });
}

test('an unknown name of an algorithm is a typed error', (t) => {
  for (const name of ['', 'aes-192-gcm', 'toString', '__proto__', 'AES-128-GCM']) {
    t.throws(() => createSigner(name as SigningAlgorithm, new Uint8Array(16)), isTyped, name);
    t.throws(() => createSealer(name as CipherName, new Uint8Array(16)), isTyped, name);
  }
});

for (const provider of [opensslProvider(), nodeProvider]) {
  if (provider === undefined) continue;
  test(`keys, nonces and tags of other lengths are refused: ${provider.name}`, (t) => {
    const bytes = new Uint8Array(64);
    const of = (length: number) => bytes.subarray(0, length);
    for (const length of OTHER_LENGTHS) {
      t.throws(() => provider.aesCmac(of(length)), isTyped);
      t.throws(() => provider.aesGmac(of(length)), isTyped);
      t.throws(() => provider.aead('aes-128-gcm', of(length)), isTyped);
    }
    const gmac = provider.aesGmac(of(16));
    const gcm = provider.aead('aes-128-gcm', of(16));
    const ccm = provider.aead('aes-128-ccm', of(16));
    for (const length of [0, 11, 13, 16]) t.throws(() => gmac(of(length), [of(8)]), isTyped);
    for (const [aead, right, wrong] of [
      [gcm, 12, 11],
      [ccm, 11, 12],
    ] as const) {
      for (const use of [aead.encrypt, aead.decrypt]) {
        t.throws(() => use(of(wrong), of(4), of(8), of(16)), isTyped);
        t.throws(() => use(of(right), of(4), of(8), of(15)), isTyped);
        t.throws(() => use(of(right), of(4), of(8), of(17)), isTyped);
      }
    }
  });
}
