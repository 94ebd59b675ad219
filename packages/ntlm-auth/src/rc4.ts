/**
 * RC4 as a stream: each call continues where the last one ended. OpenSSL 3 no longer has RC4, and
 * NTLM needs it.
 */
export type Rc4 = (data: Uint8Array) => Uint8Array;

/** RC4 with a key of 1 to 256 bytes. */
export function createRc4(key: Uint8Array): Rc4 {
  const s = new Uint8Array(256);
  for (let i = 0; i < 256; i++) s[i] = i;
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + s[i]! + key[i % key.length]!) & 0xff;
    swap(s, i, j);
  }
  let i = 0;
  let j = 0;
  return (data) => {
    const out = new Uint8Array(data.length);
    for (let n = 0; n < data.length; n++) {
      i = (i + 1) & 0xff;
      j = (j + s[i]!) & 0xff;
      swap(s, i, j);
      out[n] = data[n]! ^ s[(s[i]! + s[j]!) & 0xff]!;
    }
    return out;
  };
}

/** RC4K of [MS-NLMP] 6: one piece of data under its own key. */
export function rc4(key: Uint8Array, data: Uint8Array): Uint8Array {
  return createRc4(key)(data);
}

function swap(s: Uint8Array, i: number, j: number): void {
  const t = s[i]!;
  s[i] = s[j]!;
  s[j] = t;
}
