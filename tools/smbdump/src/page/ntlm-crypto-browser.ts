/** Stands in for ntlm-auth's `node-crypto.ts` in a browser, which has no MD5. */
import { hmac } from '@noble/hashes/hmac.js';
import { md5 as md5Of } from '@noble/hashes/legacy.js';

export { equalInConstantTime } from './smb-crypto-browser.ts';

/** MD5 over the parts as if they were one, 16 bytes. */
export function md5(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = md5Of.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** HMAC-MD5 over the parts as if they were one, 16 bytes. RFC 2104. */
export function hmacMd5(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = hmac.create(md5Of, key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}
