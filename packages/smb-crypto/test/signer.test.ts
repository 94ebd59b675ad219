import test from 'ava';
import { createSigner, type SigningAlgorithm } from '../src/index.ts';
import { nodeProvider } from '../src/node-crypto.ts';
import { bytes, hex, knownAnswers } from './known-answers.ts';

const ALGORITHMS: Readonly<Record<string, SigningAlgorithm>> = {
  'AES-128-CMAC': 'aes-cmac',
  'AES-128-GMAC': 'aes-gmac',
};

for (const { name, algorithm, key, packet, signature } of knownAnswers.signing) {
  test(`signatures are right: ${algorithm}, ${name} [MS-SMB2 3.1.4.1]`, (t) => {
    const signer = createSigner(ALGORITHMS[algorithm]!, bytes(key));
    const message = bytes(packet);
    t.true(signer.verify(message));
    t.is(hex(message), packet);

    message.fill(0xff, 48, 64);
    t.false(signer.verify(message));
    signer.sign(message);
    t.is(hex(message.subarray(48, 64)), signature);

    const [first, ...rest] = [message.subarray(0, 70), message.subarray(70, 71), message.subarray(71)];
    first!.fill(0xee, 48, 64);
    signer.signSegments(first!, rest);
    t.is(hex(message.subarray(48, 64)), signature);
  });
}

test('the GMAC nonce tells requests, responses and CANCEL apart [MS-SMB2 3.1.4.1]', (t) => {
  const signer = createSigner('aes-gmac', new Uint8Array(16).fill(1));
  const gmac = nodeProvider.aesGmac(new Uint8Array(16).fill(1));
  for (const [command, flags, last] of [
    [0x08, 0x00, 0],
    [0x08, 0x09, 1],
    [0x0c, 0x08, 2],
    [0x0c, 0x0b, 3],
  ] as const) {
    const message = new Uint8Array(80);
    message[12] = command;
    message[16] = flags;
    message.set([1, 2, 3, 4, 5, 6, 7, 8], 24);
    const expected = hex(gmac(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, last, 0, 0, 0]), [message]));
    signer.sign(message);
    t.is(hex(message.subarray(48, 64)), expected);
  }
});

test('HMAC-SHA256 signs 2.x with the first half of the digest [MS-SMB2 3.1.4.1]', (t) => {
  const signer = createSigner('hmac-sha256', new Uint8Array(16).fill(9));
  const message = new Uint8Array(100).fill(5);
  signer.sign(message);
  t.true(signer.verify(message));
  message[99]! ^= 1;
  t.false(signer.verify(message));
});

test('what has no whole header does not verify and cannot be signed', (t) => {
  for (const algorithm of ['hmac-sha256', 'aes-cmac', 'aes-gmac'] as const) {
    const signer = createSigner(algorithm, new Uint8Array(16));
    t.false(signer.verify(new Uint8Array(63)));
    t.false(signer.verify(new Uint8Array(0)));
    t.throws(() => signer.sign(new Uint8Array(63)), { instanceOf: RangeError });
  }
});
