/**
 * Stands in for smb-crypto's `node-crypto.ts` in a browser. WebCrypto has no CCM, no streams and no
 * calls that answer at once, and a dissector has to go on with the plain text, so AES and the
 * hashes are JavaScript (@noble/ciphers and
 * @noble/hashes, which are audited and have no dependencies).
 */
import { cbc, cmac, ctr, gcm } from '@noble/ciphers/aes.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 as sha512Of } from '@noble/hashes/sha2.js';

const TAG_LENGTH = 16;

export type ImportedKey = Uint8Array;

export function importKey(key: Uint8Array): ImportedKey {
  return key;
}

export function hmacSha256(key: ImportedKey, parts: readonly Uint8Array[]): Uint8Array {
  const mac = hmac.create(sha256, key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

export function sha512(parts: readonly Uint8Array[]): Uint8Array {
  const hash = sha512Of.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export const nodeProvider = {
  name: 'node:crypto' as const,
  hmacSha256: (key: Uint8Array) => (parts: readonly Uint8Array[]) => hmacSha256(key, parts),
  aesCmac: (key: Uint8Array) => (parts: readonly Uint8Array[]) => cmac(concat(parts), key),
  aesGmac: (key: Uint8Array) => (nonce: Uint8Array, parts: readonly Uint8Array[]) =>
    gcm(key, nonce, concat(parts)).encrypt(new Uint8Array(0)),
  aead: (name: string, key: Uint8Array) => (name.endsWith('ccm') ? ccmOf(key) : gcmOf(key)),
};

function gcmOf(key: Uint8Array) {
  return {
    encrypt(nonce: Uint8Array, aad: Uint8Array, text: Uint8Array, tag: Uint8Array): void {
      const sealed = gcm(key, nonce, aad).encrypt(text);
      text.set(sealed.subarray(0, text.length));
      tag.set(sealed.subarray(text.length));
    },
    decrypt(nonce: Uint8Array, aad: Uint8Array, text: Uint8Array, tag: Uint8Array): boolean {
      // biome-ignore lint/plugin: what the library throws for a wrong tag has no type of its own
      try {
        text.set(gcm(key, nonce, aad).decrypt(concat([text, tag])));
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** CCM from CTR and CBC-MAC, RFC 3610; nonces have 11 bytes, so lengths have 4. */
function ccmOf(key: Uint8Array) {
  return {
    encrypt(nonce: Uint8Array, aad: Uint8Array, text: Uint8Array, tag: Uint8Array): void {
      tag.set(xor(ccmMac(key, nonce, aad, text), keystream(key, nonce)));
      text.set(ctr(key, counter(nonce, 1)).encrypt(text));
    },
    decrypt(nonce: Uint8Array, aad: Uint8Array, text: Uint8Array, tag: Uint8Array): boolean {
      text.set(ctr(key, counter(nonce, 1)).decrypt(text));
      return equalInConstantTime(xor(ccmMac(key, nonce, aad, text), keystream(key, nonce)), tag);
    },
  };
}

/** The first block of the key stream, which hides the tag. */
function keystream(key: Uint8Array, nonce: Uint8Array): Uint8Array {
  return ctr(key, counter(nonce, 0)).encrypt(new Uint8Array(TAG_LENGTH));
}

/** A_i of RFC 3610 2.3: flags L - 1, the nonce, the number. */
function counter(nonce: Uint8Array, number: number): Uint8Array {
  const block = new Uint8Array(16);
  block[0] = 14 - nonce.length;
  block.set(nonce, 1);
  block[15] = number;
  return block;
}

/** The CBC-MAC of RFC 3610 2.2, over B_0, the additional data and the text. */
function ccmMac(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, text: Uint8Array): Uint8Array {
  const aadLength = 2 + aad.length + (-(2 + aad.length) & 15);
  const blocks = new Uint8Array(16 + aadLength + text.length + (-text.length & 15));
  // Adata, a tag of 16 bytes, and the length's size.
  blocks[0] = 0x40 | (((TAG_LENGTH - 2) / 2) << 3) | (14 - nonce.length);
  blocks.set(nonce, 1);
  const view = new DataView(blocks.buffer);
  view.setUint32(12, text.length);
  view.setUint16(16, aad.length);
  blocks.set(aad, 18);
  blocks.set(text, 16 + aadLength);
  const sealed = cbc(key, new Uint8Array(16), { disablePadding: true }).encrypt(blocks);
  return sealed.slice(sealed.length - 16);
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte ^ b[i]!);
}

/** Whether two byte strings are equal, in time that does not depend on where they differ. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  let different = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) different |= a[i]! ^ b[i]!;
  return different === 0;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
