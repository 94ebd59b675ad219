/** Size of the scratch buffer, and the most that one call encrypts, in bytes. */
const CHUNK = 16384;

/**
 * AES-CMAC, RFC 4493, as a function of message parts. The result is valid until the next call.
 *
 * One CBC object serves all messages of a key. It continues from its last output block. That block
 * is known, so it is xored into the first block of the next message, which cancels it out: CBC
 * starts from zeros again without a new object.
 *
 * @param cbc AES-CBC that never ends, as `aesCbcStream` gives it
 */
export function createCmac(cbc: (blocks: Uint8Array) => Uint8Array): (parts: readonly Uint8Array[]) => Uint8Array {
  const scratch = new Uint8Array(CHUNK);
  const last = new Uint8Array(16);
  last.set(cbc(new Uint8Array(16)));
  const k1 = double(last);
  const k2 = double(k1);
  let fill = 0;
  let atStart = true;

  const feed = (blocks: Uint8Array): void => {
    const out = cbc(blocks);
    last.set(out.subarray(out.length - 16));
  };

  const encrypt = (length: number): void => {
    if (atStart) {
      for (let i = 0; i < 16; i++) scratch[i]! ^= last[i]!;
      atStart = false;
    }
    feed(scratch.subarray(0, length));
    fill = 0;
  };

  return (parts) => {
    fill = 0;
    atStart = true;
    for (const part of parts) {
      let at = 0;
      while (at < part.length) {
        // The last block is masked, so a full buffer waits until it is known whether more bytes
        // follow.
        if (fill === CHUNK) encrypt(CHUNK);
        // The middle of a large part needs no xor, so no copy either.
        for (; fill === 0 && !atStart && part.length - at > CHUNK; at += CHUNK) feed(part.subarray(at, at + CHUNK));
        const count = Math.min(CHUNK - fill, part.length - at);
        scratch.set(part.subarray(at, at + count), fill);
        fill += count;
        at += count;
      }
    }
    const over = fill % 16;
    const whole = fill > 0 && over === 0;
    if (!whole) {
      scratch[fill] = 0x80;
      scratch.fill(0, fill + 1, fill + 16 - over);
      fill += 16 - over;
    }
    const mask = whole ? k1 : k2;
    for (let i = 0; i < 16; i++) scratch[fill - 16 + i]! ^= mask[i]!;
    encrypt(fill);
    return last;
  };
}

/** Doubling in GF(2^128), RFC 4493 2.3. */
function double(block: Uint8Array): Uint8Array {
  const out = new Uint8Array(16);
  for (let i = 0; i < 16; i++) out[i] = (block[i]! << 1) | ((block[i + 1] ?? 0) >> 7);
  if (block[0]! & 0x80) out[15]! ^= 0x87;
  return out;
}
