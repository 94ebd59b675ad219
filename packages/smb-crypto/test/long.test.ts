import { arch, platform } from 'node:process';
import test from 'ava';
import type { CipherName, SigningAlgorithm } from '../src/constants.ts';
import { createSealer, createSigner, type LongCall, TRANSFORM_HEADER_LENGTH } from '../src/index.ts';
import { nodeProvider } from '../src/node-crypto.ts';
import { hex } from './known-answers.ts';

const onLinux = platform === 'linux' && ['x64', 'arm64'].includes(arch) ? test : test.skip;

const KEY = new Uint8Array(16).map((_, i) => i * 17);
/** Lengths around a block, and one that is worth it. */
const LENGTHS = [64, 65, 79, 80, 4096, (2 << 20) + 3];

/** A message of a server: its header has the flag, and a MessageId. */
function message(length: number): Uint8Array {
  const bytes = new Uint8Array(length).map((_, i) => i * 31);
  bytes.fill(0, 0, 48);
  bytes[16] = 1;
  bytes[24] = 77;
  return bytes;
}

function carriedOut({ call, args, end }: LongCall): Promise<void> {
  return new Promise((resolve, reject) => {
    call.async(...args, (error, result) => {
      if (error) {
        reject(error);
        return;
      }
      end(result);
      resolve();
    });
  });
}

for (const algorithm of ['hmac-sha256', 'aes-cmac', 'aes-gmac'] satisfies SigningAlgorithm[]) {
  onLinux(`a long message signed by another thread has the same signature: ${algorithm}`, async (t) => {
    const signer = createSigner(algorithm, KEY);
    for (const length of LENGTHS) {
      const [expected, signed] = [message(length), message(length)];
      signer.sign(expected);
      await carriedOut(signer.signLong!(signed));
      t.deepEqual(hex(signed.subarray(0, 64)), hex(expected.subarray(0, 64)), `${length} bytes`);
    }
  });

  onLinux(`other messages are signed with the same key meanwhile: ${algorithm}`, async (t) => {
    const signer = createSigner(algorithm, KEY);
    const long = [message(3 << 20), message((3 << 20) + 5)];
    const running = long.map((bytes) => carriedOut(signer.signLong!(bytes)));
    for (let i = 64; i < 128; i++) {
      const small = message(i);
      signer.sign(small);
      t.true(signer.verify(small));
    }
    await Promise.all(running);
    for (const bytes of long) t.true(signer.verify(bytes));
  });
}

for (const cipher of ['aes-128-ccm', 'aes-256-ccm', 'aes-128-gcm', 'aes-256-gcm'] satisfies CipherName[]) {
  onLinux(`a long message sealed by another thread is what node:crypto makes of it: ${cipher}`, async (t) => {
    const key = new Uint8Array(cipher.includes('256') ? 32 : 16).fill(9);
    const sealer = createSealer(cipher, key);
    const nodes = nodeProvider.aead(cipher, key);
    for (const length of LENGTHS) {
      const plain = message(length);
      const frame = new Uint8Array(TRANSFORM_HEADER_LENGTH + length);
      frame.set(plain, TRANSFORM_HEADER_LENGTH);
      await carriedOut(sealer.sealLong!(frame, 5n));
      const nonce = frame.slice(20, 20 + (cipher.includes('ccm') ? 11 : 12));
      const [text, tag] = [plain.slice(), new Uint8Array(16)];
      nodes.encrypt(nonce, frame.slice(20, TRANSFORM_HEADER_LENGTH), text, tag);
      t.is(hex(frame.subarray(4, 20)), hex(tag), `${length} bytes`);
      t.true(Buffer.from(text).equals(frame.subarray(TRANSFORM_HEADER_LENGTH)));
      t.true(Buffer.from(plain).equals(createSealer(cipher, key).open(frame)!));
    }
  });
}

onLinux('a call that OpenSSL refused, or that was not made, does not count as done', (t) => {
  const bytes = message(5000);
  const before = hex(bytes.subarray(0, 48));
  t.throws(() => createSigner('aes-gmac', KEY).signLong!(bytes).end(0));
  t.is(hex(bytes.subarray(0, 48)), before);
  t.throws(() => createSigner('aes-gmac', KEY).signLong!(new Uint8Array(63)), { instanceOf: RangeError });
});
