import type { Random } from './random.ts';

/** Numbers at which length checks and casts go wrong. */
const INTERESTING = [
  0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000,
];

/**
 * Changes a frame from `start` on, in one to four ways: bits, bytes, fields set to interesting
 * numbers, a range zeroed or moved, the end cut off or extended, a piece of `other` pasted in.
 */
export function mutate(frame: Uint8Array, other: Uint8Array, random: Random, start = 0): Uint8Array {
  // slice() is not used, because that of a Buffer shares its memory.
  let bytes: Uint8Array = new Uint8Array(frame);
  for (let times = random.oneIn(2) ? 1 : 1 + random.below(4); times > 0; times--) {
    if (bytes.length <= start) return bytes;
    bytes = mutateOnce(bytes, other, random, start);
  }
  return bytes;
}

function mutateOnce(bytes: Uint8Array, other: Uint8Array, random: Random, start: number): Uint8Array {
  const room = bytes.length - start;
  const at = start + random.below(room);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (random.below(9)) {
    case 0:
      bytes[at] = bytes[at]! ^ (1 << random.below(8));
      return bytes;
    case 1:
      bytes[at] = random.below(256);
      return bytes;
    case 2: {
      const even = at & ~1;
      if (even >= start && even + 2 <= bytes.length) view.setUint16(even, random.pick(INTERESTING) & 0xffff, true);
      return bytes;
    }
    case 3: {
      const aligned = at & ~3;
      const value = random.oneIn(4) ? bytes.length + random.below(16) - 8 : random.pick(INTERESTING);
      if (aligned >= start && aligned + 4 <= bytes.length) view.setUint32(aligned, value >>> 0, true);
      return bytes;
    }
    case 4: {
      const aligned = at & ~7;
      const value = random.oneIn(2) ? 0xffff_ffff_ffff_ffffn : BigInt(random.pick(INTERESTING));
      if (aligned >= start && aligned + 8 <= bytes.length) view.setBigUint64(aligned, value, true);
      return bytes;
    }
    case 5:
      return bytes.fill(0, at, at + 1 + random.below(32));
    case 6:
      return bytes.slice(0, at);
    case 7: {
      const grown = new Uint8Array(bytes.length + 1 + random.below(64)).fill(random.below(256));
      grown.set(bytes);
      return grown;
    }
    default: {
      const from = random.below(other.length);
      const piece = other.subarray(from, Math.min(from + 1 + random.below(64), from + bytes.length - at));
      bytes.set(piece, at);
      return bytes;
    }
  }
}
