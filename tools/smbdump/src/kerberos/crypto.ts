import { cbc, ecb } from '@noble/ciphers/aes.js';
import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { KerberosError } from './der.ts';

/** Encryption types, RFC 3961 8, RFC 3962 7 and RFC 4757. */
export const EncryptionType = { AES128_SHA1: 17, AES256_SHA1: 18, RC4_HMAC: 23 } as const;

/** A key and what it is for. */
export interface KerberosKey {
  readonly type: number;
  readonly value: Uint8Array;
}

/**
 * Decrypts what was encrypted for a key usage (RFC 4120 7.5.1). undefined when the key does not
 * fit. Throws KerberosError for an encryption type that is not known here.
 */
export function decrypt({ type, value }: KerberosKey, usage: number, cipher: Uint8Array): Uint8Array | undefined {
  if (KEY_LENGTHS[type] !== undefined && value.length !== KEY_LENGTHS[type]) return undefined;
  switch (type) {
    case EncryptionType.AES128_SHA1:
    case EncryptionType.AES256_SHA1:
      return decryptAes(value, usage, cipher);
    case EncryptionType.RC4_HMAC:
      return decryptRc4(value, usage, cipher);
    default:
      throw new KerberosError(`encryption type ${type} is not known`);
  }
}

const KEY_LENGTHS: Readonly<Record<number, number>> = {
  [EncryptionType.AES128_SHA1]: 16,
  [EncryptionType.AES256_SHA1]: 32,
  [EncryptionType.RC4_HMAC]: 16,
};

const BLOCK = 16;
/** HMAC-SHA1-96, RFC 3962 6. */
const AES_MAC = 12;

function decryptAes(key: Uint8Array, usage: number, cipher: Uint8Array): Uint8Array | undefined {
  const text = cipher.subarray(0, cipher.length - AES_MAC);
  if (text.length < BLOCK) return undefined;
  const plain = decryptCts(derive(key, usage, 0xaa), text);
  const mac = hmac(sha1, derive(key, usage, 0x55), plain).subarray(0, AES_MAC);
  if (!equal(mac, cipher.subarray(text.length))) return undefined;
  // A block of confusion comes first.
  return plain.subarray(BLOCK);
}

/**
 * CBC with cipher text stealing and a zero vector, RFC 3962 5: the last two blocks have changed
 * places.
 */
export function decryptCts(key: Uint8Array, cipher: Uint8Array): Uint8Array {
  const zero = new Uint8Array(BLOCK);
  if (cipher.length === BLOCK) return cbc(key, zero, { disablePadding: true }).decrypt(cipher);
  const rest = cipher.length % BLOCK || BLOCK;
  const lastWhole = cipher.length - rest - BLOCK;
  const whole = cipher.subarray(lastWhole, lastWhole + BLOCK);
  const part = cipher.subarray(lastWhole + BLOCK);
  const mixed = ecb(key, { disablePadding: true }).decrypt(whole);
  // The stolen end of the cut block is what the whole one decrypts to there.
  const second = new Uint8Array(BLOCK);
  second.set(part);
  second.set(mixed.subarray(rest), rest);
  const ordered = new Uint8Array(lastWhole + 2 * BLOCK);
  ordered.set(cipher.subarray(0, lastWhole));
  ordered.set(second, lastWhole);
  ordered.set(whole, lastWhole + BLOCK);
  return cbc(key, zero, { disablePadding: true }).decrypt(ordered).subarray(0, cipher.length);
}

/** DK of RFC 3961 5.1 for a usage; AES keys need no more than cutting. */
export function derive(key: Uint8Array, usage: number, what: number): Uint8Array {
  const constant = new Uint8Array([usage >>> 24, usage >>> 16, usage >>> 8, usage, what]);
  const out = new Uint8Array(key.length);
  let block = nFold(constant, BLOCK);
  for (let at = 0; at < out.length; at += BLOCK) {
    block = cbc(key, new Uint8Array(BLOCK), { disablePadding: true }).encrypt(block);
    out.set(block.subarray(0, out.length - at), at);
  }
  return out;
}

/** n-fold, RFC 3961 5.1: copies turned right by 13 bits each, added up with the carry around. */
export function nFold(input: Uint8Array, size: number): Uint8Array {
  const bits = input.length * 8;
  const total = lcm(input.length, size);
  const out = new Uint8Array(size);
  let carry = 0;
  for (let i = total - 1; i >= 0; i--) {
    // Where the top bit of this byte comes from, after the turns of its copy.
    const turn = 13 * Math.floor(i / input.length);
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) {
      const from = ((((i % input.length) * 8 + bit - turn) % bits) + bits) % bits;
      byte = (byte << 1) | ((input[from >> 3]! >> (7 - (from & 7))) & 1);
    }
    const sum = out[i % size]! + byte + carry;
    out[i % size] = sum & 255;
    carry = sum >> 8;
  }
  for (let i = size - 1; carry > 0; i = i === 0 ? size - 1 : i - 1) {
    const sum = out[i]! + carry;
    out[i] = sum & 255;
    carry = sum >> 8;
  }
  return out;
}

function lcm(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a * b) / x;
}

/** RFC 4757 3: a checksum, which is half of the key, and eight bytes of confusion. */
function decryptRc4(key: Uint8Array, usage: number, cipher: Uint8Array): Uint8Array | undefined {
  if (cipher.length < 24) return undefined;
  const salt = new Uint8Array([usage, usage >>> 8, usage >>> 16, usage >>> 24]);
  const outer = hmac(md5, key, salt);
  const checksum = cipher.subarray(0, 16);
  const plain = rc4(hmac(md5, outer, checksum), cipher.subarray(16));
  return equal(hmac(md5, outer, plain), checksum) ? plain.subarray(8) : undefined;
}

function rc4(key: Uint8Array, text: Uint8Array): Uint8Array {
  const state = Uint8Array.from({ length: 256 }, (_, i) => i);
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + state[i]! + key[i % key.length]!) & 255;
    [state[i], state[j]] = [state[j]!, state[i]!];
  }
  let [i, j] = [0, 0];
  return text.map((byte) => {
    i = (i + 1) & 255;
    j = (j + state[i]!) & 255;
    [state[i], state[j]] = [state[j]!, state[i]!];
    return byte ^ state[(state[i]! + state[j]!) & 255]!;
  });
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
