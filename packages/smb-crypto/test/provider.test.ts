import { getRandomValues } from 'node:crypto';
import { arch, platform } from 'node:process';
import test from 'ava';
import { nodeProvider } from '../src/node-crypto.ts';
import { opensslProvider } from '../src/openssl.ts';
import type { AeadName, CryptoProvider } from '../src/provider.ts';
import { bytes, hex, knownAnswers } from './known-answers.ts';

const openssl = opensslProvider();
const providers: readonly CryptoProvider[] = openssl === undefined ? [nodeProvider] : [openssl, nodeProvider];

const onLinux = platform === 'linux' && ['x64', 'arm64'].includes(arch) ? test : test.skip;
onLinux('the OpenSSL of this Node is called directly on Linux', (t) => {
  t.is(openssl?.name, 'openssl');
});

/** Ciphers with the lengths of their keys and nonces. */
const AEADS: readonly [AeadName, number, number][] = [
  ['aes-128-ccm', 16, 11],
  ['aes-256-ccm', 32, 11],
  ['aes-128-gcm', 16, 12],
  ['aes-256-gcm', 32, 12],
];

for (const provider of providers) {
  const { name } = provider;

  test(`AES-CMAC gives the answers of RFC 4493 section 4, one after the other and in parts: ${name}`, (t) => {
    const message = bytes(
      '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
    );
    const cmac = provider.aesCmac(bytes('2b7e151628aed2a6abf7158809cf4f3c'));
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
    const cmac256 = provider.aesCmac(bytes('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4'));
    t.is(hex(cmac256([message.subarray(0, 40)])), 'aaf3d8f1de5640c232f5b169b9c911e6');
  });

  test(`AES-CMAC of long messages is the same however they are cut: ${name}`, (t) => {
    const cmac = provider.aesCmac(new Uint8Array(16).fill(3));
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

  test(`what was changed does not decrypt, whichever byte of tag, nonce, header or text it is: ${name}`, (t) => {
    for (const [cipher, keyLength, nonceLength] of AEADS) {
      const key = new Uint8Array(keyLength).fill(5);
      const [nonce, aad] = [new Uint8Array(nonceLength).fill(1), new Uint8Array(32).fill(2)];
      const text = new Uint8Array(40).fill(3);
      const tag = new Uint8Array(16);
      provider.aead(cipher, key).encrypt(nonce, aad, text, tag);
      const opens = (part: number, at: number): boolean => {
        const parts = [nonce, aad, text, tag].map((bytes) => bytes.slice()) as [
          Uint8Array,
          Uint8Array,
          Uint8Array,
          Uint8Array,
        ];
        if (part >= 0) parts[part]![at]! ^= 0x10;
        return provider.aead(cipher, key).decrypt(...parts);
      };
      t.true(opens(-1, 0), cipher);
      for (const [part, { length }] of [nonce, aad, text, tag].entries()) {
        for (let at = 0; at < length; at++) t.false(opens(part, at), `${cipher}: part ${part}, byte ${at}`);
      }
    }
  });

  test(`AES-GMAC gives the answers of NIST CAVP gcmEncryptExtIV128: ${name}`, (t) => {
    const mac = (key: string, nonce: string, aad: string): string =>
      hex(provider.aesGmac(bytes(key))(bytes(nonce), [bytes(aad)]));
    t.is(mac('11754cd72aec309bf52f7687212e8957', '3c819d9a9bed087615030b65', ''), '250327c674aaf477aef2675748cf6971');
    t.is(
      mac('77be63708971c4e240d1cb79e8d77feb', 'e0e00f19fed7ba0136a797f3', '7a43ec1d9c0a5a78a0b16533a6213cab'),
      '209fcc8d3675ed938e9c7166709dd946',
    );
  });

  test(`HMAC-SHA256 gives the answers of RFC 4231 sections 4.2 and 4.3: ${name}`, (t) => {
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    const one = provider.hmacSha256(new Uint8Array(20).fill(0x0b));
    for (let i = 0; i < 2; i++) {
      t.is(hex(one([text('Hi '), text('There')])), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7');
    }
    t.is(
      hex(provider.hmacSha256(text('Jefe'))([text('what do ya want for nothing?')])),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  for (const answer of knownAnswers.encryption) {
    test(`a Windows message encrypts to the same bytes and opens: ${answer.name}, ${name}`, (t) => {
      const cipher = answer.algorithm.toLowerCase() as AeadName;
      const frame = bytes(answer.transform_message);
      const nonce = frame.subarray(20, 20 + (cipher.endsWith('ccm') ? 11 : 12));
      const aead = provider.aead(cipher, bytes(answer.key));
      for (let i = 0; i < 2; i++) {
        const text = bytes(answer.plaintext_smb2);
        const tag = new Uint8Array(16);
        aead.encrypt(nonce, frame.subarray(20, 52), text, tag);
        t.is(hex(text), hex(frame.subarray(52)));
        t.is(hex(tag), hex(frame.subarray(4, 20)));
        tag[i]! ^= 1;
        t.false(aead.decrypt(nonce, frame.subarray(20, 52), text.slice(), tag));
        tag[i]! ^= 1;
        t.true(aead.decrypt(nonce, frame.subarray(20, 52), text, tag));
        t.is(hex(text), answer.plaintext_smb2);
      }
    });
  }
}

for (const cipher of ['aes-128-ccm', 'aes-128-gcm', 'aes-256-ccm', 'aes-256-gcm'] as const) {
  onLinux(`both ways to OpenSSL agree at every length, also behind a message that did not open: ${cipher}`, (t) => {
    const key = getRandomValues(new Uint8Array(cipher.includes('256') ? 32 : 16));
    const nonce = new Uint8Array(cipher.endsWith('ccm') ? 11 : 12);
    const direct = openssl!.aead(cipher, key);
    const portable = nodeProvider.aead(cipher, key);
    for (const length of [0, 1, 15, 16, 17, 64, 65_535, 65_536, 65_537, 1 << 20]) {
      nonce[0]! += 1;
      const plain = getRandomValues(new Uint8Array(Math.min(length, 65_536)));
      const text = new Uint8Array(length).map((_, i) => plain[i % 65_536]!);
      const aad = getRandomValues(new Uint8Array(32));
      const [a, b] = [text.slice(), text.slice()];
      const [tagA, tagB] = [new Uint8Array(16), new Uint8Array(16)];
      direct.encrypt(nonce, aad, a, tagA);
      portable.encrypt(nonce, aad, b, tagB);
      t.is(Buffer.compare(a, b), 0, `${length} bytes`);
      t.deepEqual(tagA, tagB, `${length} bytes`);
      t.false(direct.decrypt(nonce, aad, a.slice(), new Uint8Array(16)));
      t.true(direct.decrypt(nonce, aad, a, tagA));
      t.is(Buffer.compare(a, text), 0);
      t.true(portable.decrypt(nonce, aad, b, tagB));
    }
    t.throws(() => direct.encrypt(new Uint8Array(5), new Uint8Array(32), new Uint8Array(1), new Uint8Array(16)), {
      instanceOf: RangeError,
    });
    t.throws(() => direct.encrypt(nonce, new Uint8Array(32), new Uint8Array(1), new Uint8Array(15)), {
      instanceOf: RangeError,
    });
  });
}

test('a thousand signers are made and let go', (t) => {
  for (const provider of providers) {
    const mac = (): string => hex(provider.aesGmac(new Uint8Array(16))(new Uint8Array(12), [new Uint8Array(64)]));
    const first = mac();
    for (let i = 0; i < 1000; i++) if (mac() !== first) t.fail(`signer ${i} of ${provider.name}`);
    t.is(mac(), first);
  }
});
