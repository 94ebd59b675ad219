/**
 * The only file of this package that uses node:crypto. MD4 and RC4, which node:crypto no longer
 * has, are in files of their own.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** MD5 over the parts, one after the other, 16 bytes. */
export function md5(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** HMAC-MD5 over the parts, one after the other, 16 bytes. RFC 2104. */
export function hmacMd5(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac('md5', key);
  for (const part of parts) hmac.update(part);
  return new Uint8Array(hmac.digest());
}

/** Whether two byte strings are equal, in time that does not depend on where they differ. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
