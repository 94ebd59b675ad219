import test from 'ava';
import { createCmac } from '../src/cmac.ts';
import { createSigner, type SigningAlgorithm } from '../src/index.ts';
import { aesGmac, importKey } from '../src/node-crypto.ts';
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

test('AES-CMAC gives the answers of RFC 4493 section 4, one after the other and in parts', (t) => {
  const message = bytes(
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
  );
  const cmac = createCmac(bytes('2b7e151628aed2a6abf7158809cf4f3c'));
  const answers: readonly [number, string][] = [
    [0, 'bb1d6929e95937287fa37d129b756746'],
    [16, '070a16b46b4d4144f79bdd9dd04a287c'],
    [40, 'dfa66747de9ae63030ca32611497c827'],
    [64, '51f0bebf7e3b9d92fc49741779363cfe'],
  ];
  for (const [length, mac] of [...answers, ...answers]) {
    const whole = message.subarray(0, length);
    t.is(hex(cmac([whole])), mac);
    t.is(hex(cmac([whole.subarray(0, 5), whole.subarray(5, 21), whole.subarray(21)])), mac);
  }
  const cmac256 = createCmac(bytes('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4'));
  t.is(hex(cmac256([message.subarray(0, 40)])), 'aaf3d8f1de5640c232f5b169b9c911e6');
});

test('AES-CMAC of long messages is the same however they are cut', (t) => {
  const cmac = createCmac(new Uint8Array(16).fill(3));
  const message = new Uint8Array(100_003).map((_, i) => i * 7);
  for (const length of [16_383, 16_384, 16_385, 32_767, 32_768, 32_769, 49_152, 100_003]) {
    const whole = message.subarray(0, length);
    const inOne = hex(cmac([whole]));
    for (const cut of [1, 15, 16, 112, 16_384, 16_400, 32_768]) {
      t.is(hex(cmac([whole.subarray(0, cut), whole.subarray(cut)])), inOne, `${length} cut at ${cut}`);
    }
    const tiny = Array.from({ length: Math.ceil(length / 1000) }, (_, i) => whole.subarray(i * 1000, (i + 1) * 1000));
    t.is(hex(cmac(tiny)), inOne);
  }
});

test('AES-GMAC gives the answers of NIST CAVP gcmEncryptExtIV128', (t) => {
  const mac = (key: string, nonce: string, aad: string): string =>
    hex(aesGmac(importKey(bytes(key)), bytes(nonce), [bytes(aad)]));
  t.is(mac('11754cd72aec309bf52f7687212e8957', '3c819d9a9bed087615030b65', ''), '250327c674aaf477aef2675748cf6971');
  t.is(
    mac('77be63708971c4e240d1cb79e8d77feb', 'e0e00f19fed7ba0136a797f3', '7a43ec1d9c0a5a78a0b16533a6213cab'),
    '209fcc8d3675ed938e9c7166709dd946',
  );
});

test('the GMAC nonce tells requests, responses and CANCEL apart [MS-SMB2 3.1.4.1]', (t) => {
  const signer = createSigner('aes-gmac', new Uint8Array(16).fill(1));
  const key = importKey(new Uint8Array(16).fill(1));
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
    const expected = hex(aesGmac(key, new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, last, 0, 0, 0]), [message]));
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
