/** Codes are at most this long, [MS-XCA] 2.1. */
export const MAX_CODE_LENGTH = 15;

/**
 * The length of each symbol's canonical Huffman code; 0 for symbols that do not occur. If a code
 * would be longer than 15 bits, the counts are made more equal until no code is.
 */
export function codeLengths(counts: Uint32Array): Uint8Array {
  let flat = counts;
  for (;;) {
    const lengths = huffman(flat);
    if (lengths !== undefined) return lengths;
    flat = flat.map((count) => (count === 0 ? 0 : (count >> 1) + 1));
  }
}

/**
 * Code lengths by merging the two rarest nodes again and again; undefined if one length is too
 * long.
 */
function huffman(counts: Uint32Array): Uint8Array | undefined {
  const lengths = new Uint8Array(counts.length);
  const symbols: number[] = [];
  for (let i = 0; i < counts.length; i++) if (counts[i]! > 0) symbols.push(i);
  // A code of one symbol would have no bits. A second symbol that never occurs makes it complete.
  if (symbols.length === 1) symbols.push(symbols[0] === 0 ? 1 : 0);
  symbols.sort((a, b) => counts[a]! - counts[b]! || a - b);
  // Two sorted queues: the symbols, and the nodes in the order in which they are made.
  const total = 2 * symbols.length - 1;
  const weight = new Float64Array(total);
  const parent = new Int32Array(total);
  symbols.forEach((symbol, i) => {
    weight[i] = counts[symbol]!;
  });
  let leaf = 0;
  let node = symbols.length;
  for (let made = symbols.length; made < total; made++) {
    for (let i = 0; i < 2; i++) {
      const takesLeaf = leaf < symbols.length && (node >= made || weight[leaf]! <= weight[node]!);
      const least = takesLeaf ? leaf++ : node++;
      weight[made]! += weight[least]!;
      parent[least] = made;
    }
  }
  const depth = new Uint8Array(total);
  for (let i = total - 2; i >= 0; i--) {
    depth[i] = depth[parent[i]!]! + 1;
    if (depth[i]! > MAX_CODE_LENGTH) return undefined;
    if (i < symbols.length) lengths[symbols[i]!] = depth[i]!;
  }
  return lengths;
}

/**
 * The canonical code of each symbol, [MS-XCA] 2.1.4.2: shorter codes first, codes of the same
 * length in the order of their symbols.
 */
export function canonicalCodes(lengths: Uint8Array): Uint16Array {
  const next = new Uint16Array(MAX_CODE_LENGTH + 2);
  for (const length of lengths) if (length > 0) next[length + 1]! += 1;
  // The count is kept at length + 1, because the next longer codes begin there.
  let code = 0;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    code = (code + next[length]!) << 1;
    next[length] = code;
  }
  const codes = new Uint16Array(lengths.length);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length > 0) codes[symbol] = next[length]!++;
  }
  return codes;
}
