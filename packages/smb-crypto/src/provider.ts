import type { LongCall } from './long-call.ts';
import { nodeProvider } from './node-crypto.ts';
import { opensslProvider } from './openssl.ts';

/**
 * A message authentication code over the parts as if they were one. The result is valid until the
 * next call.
 */
export type Mac = (parts: readonly Uint8Array[]) => Uint8Array;

/** A Mac that also takes a nonce of 12 bytes. */
export type NonceMac = (nonce: Uint8Array, parts: readonly Uint8Array[]) => Uint8Array;

/** The same over one long message; `end` gives the code to `made`. */
export type LongMac = (message: Uint8Array, made: (mac: Uint8Array) => void) => LongCall;

/** A LongMac that also takes a nonce of 12 bytes. */
export type LongNonceMac = (nonce: Uint8Array, message: Uint8Array, made: (mac: Uint8Array) => void) => LongCall;

/** Encrypts a long `text` in place; the tag is written by `end`. */
export type LongEncrypt = (nonce: Uint8Array, aad: Uint8Array, text: Uint8Array, tag: Uint8Array) => LongCall;

export type AeadName = 'aes-128-ccm' | 'aes-128-gcm' | 'aes-256-ccm' | 'aes-256-gcm';

/** Both directions of one cipher with one key. Nonces have 11 bytes for CCM and 12 for GCM. */
export interface Aead {
  /** Encrypts `text` in place and writes the tag of 16 bytes. */
  encrypt(nonce: Uint8Array, aad: Uint8Array, text: Uint8Array, tag: Uint8Array): void;
  /**
   * Decrypts `text` in place. Returns false when the tag does not match; the content of `text` must
   * not be used then.
   */
  decrypt(nonce: Uint8Array, aad: Uint8Array, text: Uint8Array, tag: Uint8Array): boolean;
}

/**
 * What signing and sealing need from a runtime. Each method takes one key, which is imported once.
 */
export interface CryptoProvider {
  readonly name: 'openssl' | 'node:crypto';
  /** HMAC-SHA256, 32 bytes. */
  hmacSha256(key: Uint8Array): Mac;
  /** AES-CMAC, RFC 4493, 16 bytes. */
  aesCmac(key: Uint8Array): Mac;
  /**
   * AES-128-GMAC: the tag of GCM over nothing, with the parts as additional data. NIST SP 800-38D.
   */
  aesGmac(key: Uint8Array): NonceMac;
  aead(name: AeadName, key: Uint8Array): Aead;
  /** The same for long messages, in three steps of which another thread can do the middle one. */
  readonly long?: {
    hmacSha256(key: Uint8Array): LongMac;
    aesCmac(key: Uint8Array): LongMac;
    aesGmac(key: Uint8Array): LongNonceMac;
    aead(name: AeadName, key: Uint8Array): LongEncrypt;
  };
}

let chosen: CryptoProvider | undefined;

/**
 * Calls the process's own OpenSSL directly if that is possible, and uses node:crypto otherwise.
 * node:crypto makes an object and buffers for each message, which takes seven times as long for a
 * small message and three times as long for a large one.
 */
export function provider(): CryptoProvider {
  chosen ??= opensslProvider() ?? nodeProvider;
  return chosen;
}
