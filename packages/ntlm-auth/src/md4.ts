/**
 * MD4, RFC 1320. OpenSSL 3 no longer has it, and NTOWFv1 needs it. Do not use it for anything else.
 * Returns 16 bytes.
 */
export function md4(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array((message.length + 8 + 64) & ~63);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, message.length << 3, true);
  view.setUint32(padded.length - 4, message.length >>> 29, true);

  const state = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  const x = new Uint32Array(16);
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) x[i] = view.getUint32(at + 4 * i, true);
    block(state, x);
  }
  const digest = new Uint8Array(16);
  const out = new DataView(digest.buffer);
  for (let i = 0; i < 4; i++) out.setUint32(4 * i, state[i]!, true);
  return digest;
}

/** One 64-byte block, RFC 1320 3.4. */
function block(state: Uint32Array, x: Uint32Array): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (const round of ROUNDS) {
    for (let i = 0; i < 16; i++) {
      const s = round.shifts[i % 4]!;
      const sum = (a + round.mix(b, c, d) + x[round.order[i]!]! + round.constant) | 0;
      const rotated = (sum << s) | (sum >>> (32 - s));
      [a, b, c, d] = [d, rotated, b, c];
    }
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
}

const ROUNDS = [
  {
    mix: (x: number, y: number, z: number) => (x & y) | (~x & z),
    constant: 0,
    shifts: [3, 7, 11, 19],
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  },
  {
    mix: (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z),
    constant: 0x5a827999,
    shifts: [3, 5, 9, 13],
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
  },
  {
    mix: (x: number, y: number, z: number) => x ^ y ^ z,
    constant: 0x6ed9eba1,
    shifts: [3, 9, 11, 15],
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
  },
] as const;
