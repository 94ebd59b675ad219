import test from 'ava';
import { deriveKeys, INITIAL_PREAUTH_HASH, preauthHash } from '../src/index.ts';
import { bytes, hex, knownAnswers } from './known-answers.ts';

for (const answer of knownAnswers.kdf) {
  test(`keys derive as they should: ${answer.name} [MS-SMB2 3.1.4.2]`, (t) => {
    const keys = deriveKeys(
      Number(answer.dialect),
      Number(answer.cipher_id ?? 0),
      bytes(answer.FullSessionKey ?? answer.SessionKey),
      answer.preauthIntegrityHashValue === undefined ? undefined : bytes(answer.preauthIntegrityHashValue),
    );
    const seen: Record<string, string> = {
      SigningKey: hex(keys.signingKey),
      ApplicationKey: hex(keys.applicationKey),
      ClientEncryptionKey: hex(keys.clientToServer),
      ClientDecryptionKey: hex(keys.serverToClient),
    };
    for (const [name, value] of Object.entries(answer.expected)) t.is(seen[name]!, value, name);
  });
}

for (const { name, steps } of knownAnswers.preauth) {
  test(`the preauth hash follows the messages: ${name} [MS-SMB2 3.3.5.4]`, (t) => {
    let hash = INITIAL_PREAUTH_HASH;
    for (const { packet, hash_after, message } of steps) {
      const whole = bytes(packet);
      hash = preauthHash(hash, whole.subarray(0, 64), whole.subarray(64));
      t.is(hex(hash), hash_after, message);
    }
  });
}

test('2.x signs with the session key itself, padded or cut to 16 bytes [MS-SMB2 3.3.5.5.3]', (t) => {
  const keys = deriveKeys(0x0210, 0, bytes('0102030405060708'));
  t.is(hex(keys.signingKey), '01020304050607080000000000000000');
  t.is(keys.clientToServer.length, 0);
  t.is(hex(deriveKeys(0x0202, 0, new Uint8Array(32).fill(7)).signingKey), '07'.repeat(16));
});

test('3.1.1 without a preauth hash is an error', (t) => {
  t.throws(() => deriveKeys(0x0311, 2, new Uint8Array(16)), { instanceOf: RangeError });
  t.throws(() => deriveKeys(0x0311, 2, new Uint8Array(16), new Uint8Array(32)), { instanceOf: RangeError });
});
