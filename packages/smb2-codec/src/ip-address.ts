/**
 * The text of 16 bytes as RFC 5952 prescribes it: lower case, the longest run of two or more zero
 * groups as `::`.
 */
export function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  let best = { start: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > best.length) best = { start: i, length };
  }
  const text = (part: number[]) => part.map((g) => g.toString(16)).join(':');
  if (best.start < 0) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}

/** The 4 bytes of `a.b.c.d`; RangeError for anything else. */
export function parseIpv4(address: string): Uint8Array {
  const parts = address.split('.').map(Number);
  const good = parts.length === 4 && parts.every((n) => Number.isInteger(n) && n >= 0 && n <= 255);
  if (!good) throw new RangeError(`not an IPv4 address: ${address}`);
  return Uint8Array.from(parts);
}

/**
 * The 16 bytes of an IPv6 address, with or without `::` and a dotted tail; RangeError for anything
 * else.
 */
export function parseIpv6(address: string): Uint8Array {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const plain = dotted === null ? address : dotted[1]! + groupsOf(parseIpv4(dotted[2]!)).join(':');
  const halves = plain.split('::');
  const [head, tail] = [groupsFrom(halves[0]!), halves.length === 2 ? groupsFrom(halves[1]!) : []];
  const missing = 8 - head.length - tail.length;
  const groups = halves.length === 2 ? [...head, ...new Array<number>(Math.max(0, missing)).fill(0), ...tail] : head;
  const good = halves.length <= 2 && groups.length === 8 && groups.every((g) => g >= 0 && g <= 0xffff);
  if (!good || (halves.length === 2 && missing < 1)) throw new RangeError(`not an IPv6 address: ${address}`);
  const bytes = new Uint8Array(16);
  groups.forEach((group, i) => {
    bytes[2 * i] = group >> 8;
    bytes[2 * i + 1] = group & 0xff;
  });
  return bytes;
}

function groupsFrom(text: string): number[] {
  if (text === '') return [];
  return text.split(':').map((group) => (/^[0-9a-fA-F]{1,4}$/.test(group) ? Number.parseInt(group, 16) : -1));
}

function groupsOf(bytes: Uint8Array): string[] {
  return [((bytes[0]! << 8) | bytes[1]!).toString(16), ((bytes[2]! << 8) | bytes[3]!).toString(16)];
}
