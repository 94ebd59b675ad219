/**
 * Signing and sealing with the OpenSSL that is already in the process. There is one context for the
 * life of a key, and every result is written where it belongs.
 */
import {
  aeadLengths,
  CCM_NONCE_LENGTH,
  CMAC_KEY_LENGTHS,
  GCM_NONCE_LENGTH,
  ofLength,
  SIGNING_KEY_LENGTH,
  TAG_LENGTH,
} from './lengths.ts';
import {
  check,
  GET_TAG,
  loadOpenSsl,
  made,
  type OpenSsl,
  type OpenSslCall,
  SET_IV_LENGTH,
  SET_TAG,
} from './openssl-calls.ts';
import { longCalls } from './openssl-long.ts';
import type { Aead, AeadName, CryptoProvider, Mac, NonceMac } from './provider.ts';

/**
 * Undefined if koffi or OpenSSL's functions are missing, or if they do not give the known answer.
 */
export function opensslProvider(): CryptoProvider | undefined {
  // biome-ignore lint/plugin: whatever is missing, node:crypto's ciphers are used
  try {
    const made = makeProvider(loadOpenSsl());
    return isRight(made) ? made : undefined;
  } catch {
    return undefined;
  }
}

function makeProvider(ssl: OpenSsl): CryptoProvider {
  // A context lives as long as the closures of its owner, a session's signer or sealer.
  const freed = new FinalizationRegistry<{ free: OpenSslCall; context: number }>(({ free, context }) => free(context));
  const owned = <T extends object>(owner: T, free: OpenSslCall, context: number): T => {
    freed.register(owner, { free, context });
    return owner;
  };
  return {
    name: 'openssl',
    hmacSha256(key) {
      const context = made(ssl.newHmac());
      return owned(hmac(ssl, context, key), ssl.freeHmac, context);
    },
    aesCmac(key) {
      ofLength('key', key, ...CMAC_KEY_LENGTHS);
      const context = made(ssl.newCmac());
      return owned(cmac(ssl, context, key), ssl.freeCmac, context);
    },
    aesGmac(key) {
      ofLength('key', key, SIGNING_KEY_LENGTH);
      const context = made(ssl.newCipher());
      return owned(gmac(ssl, context, key), ssl.freeCipher, context);
    },
    aead(name, key) {
      ofLength('key', key, aeadLengths(name).key);
      const encryption = made(ssl.newCipher());
      const decryption = made(ssl.newCipher());
      const build = name === 'aes-128-ccm' || name === 'aes-256-ccm' ? ccm : gcm;
      const aead = build(ssl, name, key, encryption, decryption);
      return owned(owned(aead, ssl.freeCipher, encryption), ssl.freeCipher, decryption);
    },
    long: longCalls(ssl),
  };
}

/**
 * Checks a known answer of NIST: AES-128-GCM with a key, nonce and text of zeros (The
 * Galois/Counter Mode of Operation, test case 2).
 */
function isRight(made: CryptoProvider): boolean {
  const text = new Uint8Array(16);
  const tag = new Uint8Array(16);
  made.aead('aes-128-gcm', new Uint8Array(16)).encrypt(new Uint8Array(12), NOTHING, text, tag);
  return text[0] === 0x03 && text[15] === 0x78 && tag[0] === 0xab && tag[15] === 0xdf;
}

function hmac(ssl: OpenSsl, context: number, key: Uint8Array): Mac {
  const out = new Uint8Array(32);
  check(ssl.initHmac(context, key, key.length, ssl.sha256, 0));
  return (parts) => {
    check(ssl.initHmac(context, null, 0, 0, 0));
    for (const part of parts) check(ssl.updateHmac(context, part, part.length));
    check(ssl.finalHmac(context, out, null));
    return out;
  };
}

function cmac(ssl: OpenSsl, context: number, key: Uint8Array): Mac {
  const out = new Uint8Array(16);
  check(ssl.initCmac(context, key, key.length, ssl.aes(`aes-${key.length * 8}-cbc`), 0));
  return (parts) => {
    check(ssl.initCmac(context, null, 0, 0, 0));
    for (const part of parts) if (part.length > 0) check(ssl.updateCmac(context, part, part.length));
    check(ssl.finalCmac(context, out, null));
    return out;
  };
}

/**
 * A small message takes less time than the conversion of the arguments of the calls, so the buffers
 * that are always the same are converted once.
 */
function gmac(ssl: OpenSsl, context: number, key: Uint8Array): NonceMac {
  // One piece of memory: as long as the function is used, no part of it is freed.
  const memory = new ArrayBuffer(64);
  const out = new Uint8Array(memory, 0, TAG_LENGTH);
  const own = new Uint8Array(memory, 16, GCM_NONCE_LENGTH);
  const outAt = Number(ssl.address(out));
  const ownAt = outAt + 16;
  const countAt = outAt + 32;
  check(ssl.initCipher(context, ssl.aes('aes-128-gcm'), 0, key, null, 1));
  return (nonce, parts) => {
    if (nonce.length !== GCM_NONCE_LENGTH) ofLength('nonce', nonce, GCM_NONCE_LENGTH);
    for (let i = 0; i < GCM_NONCE_LENGTH; i++) own[i] = nonce[i]!;
    check(ssl.startMac(context, 0, 0, 0, ownAt, 1));
    for (const part of parts) if (part.length > 0) check(ssl.updateMac(context, 0, countAt, part, part.length));
    check(ssl.finalMac(context, outAt, countAt));
    check(ssl.macTag(context, GET_TAG, 16, outAt));
    return out;
  };
}

function gcm(ssl: OpenSsl, name: AeadName, key: Uint8Array, encryption: number, decryption: number): Aead {
  const count = new Uint8Array(4);
  const block = new Uint8Array(16);
  check(ssl.initCipher(encryption, ssl.aes(name), 0, key, null, 1));
  check(ssl.initCipher(decryption, ssl.aes(name), 0, key, null, 0));
  const update = (context: number, aad: Uint8Array, text: Uint8Array): void => {
    if (aad.length > 0) check(ssl.updateCipher(context, null, count, aad, aad.length));
    if (text.length > 0) check(ssl.updateCipher(context, text, count, text, text.length));
  };
  return {
    encrypt(nonce, aad, text, tag) {
      check(ssl.initCipher(encryption, 0, 0, null, ofLength('nonce', nonce, GCM_NONCE_LENGTH), 1));
      update(encryption, aad, text);
      check(ssl.finalCipher(encryption, block, count));
      check(ssl.control(encryption, GET_TAG, 16, ofLength('tag', tag, TAG_LENGTH)));
    },
    decrypt(nonce, aad, text, tag) {
      check(ssl.initCipher(decryption, 0, 0, null, ofLength('nonce', nonce, GCM_NONCE_LENGTH), 0));
      update(decryption, aad, text);
      check(ssl.control(decryption, SET_TAG, 16, ofLength('tag', tag, TAG_LENGTH)));
      return ssl.finalCipher(decryption, block, count) === 1;
    },
  };
}

/**
 * CCM needs the lengths of nonce and tag before the key, and the length of the text before its
 * bytes.
 */
function ccm(ssl: OpenSsl, name: AeadName, key: Uint8Array, encryption: number, decryption: number): Aead {
  const count = new Uint8Array(4);
  const nothing = new Uint8Array(1);
  for (const [context, encrypts] of [
    [encryption, 1],
    [decryption, 0],
  ] as const) {
    check(ssl.initCipher(context, ssl.aes(name), 0, null, null, encrypts));
    check(ssl.control(context, SET_IV_LENGTH, CCM_NONCE_LENGTH, null));
    check(ssl.control(context, SET_TAG, 16, null));
    check(ssl.initCipher(context, 0, 0, key, null, encrypts));
  }
  const text = (context: number, aad: Uint8Array, bytes: Uint8Array): number => {
    check(ssl.updateCipher(context, null, count, null, bytes.length));
    if (aad.length > 0) check(ssl.updateCipher(context, null, count, aad, aad.length));
    const where = bytes.length > 0 ? bytes : nothing;
    return ssl.updateCipher(context, where, count, where, bytes.length);
  };
  return {
    encrypt(nonce, aad, bytes, tag) {
      check(ssl.initCipher(encryption, 0, 0, null, ofLength('nonce', nonce, CCM_NONCE_LENGTH), 1));
      check(text(encryption, aad, bytes));
      check(ssl.control(encryption, GET_TAG, 16, ofLength('tag', tag, TAG_LENGTH)));
    },
    decrypt(nonce, aad, bytes, tag) {
      check(ssl.initCipher(decryption, 0, 0, null, ofLength('nonce', nonce, CCM_NONCE_LENGTH), 0));
      check(ssl.control(decryption, SET_TAG, 16, ofLength('tag', tag, TAG_LENGTH)));
      // CCM checks the tag together with the text, not at the end.
      return text(decryption, aad, bytes) === 1;
    },
  };
}

const NOTHING = new Uint8Array(0);
