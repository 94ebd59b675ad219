/** Stands in for smb-crypto's `openssl.ts`: a browser has none. */
export function opensslProvider(): undefined {
  return undefined;
}
