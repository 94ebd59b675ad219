/**
 * The key under which a client's address is known. For an IPv4 address it is the address itself,
 * however it is written. For an IPv6 address it is the first 64 bits, because a client can choose
 * the other bits freely.
 */
export function addressKey(address: string): string {
  const plain = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  if (mapped !== null) return mapped[1]!;
  if (!plain.includes(':')) return plain;
  const [head, tail] = plain.split('::');
  const before = groupsOf(head!);
  // Without `::` all eight groups are written out.
  const zeros = tail === undefined ? 0 : GROUPS - before.length - groupsOf(tail).length;
  const groups = [...before, ...new Array<string>(Math.max(0, zeros)).fill('0'), ...groupsOf(tail ?? '')];
  const prefix = groups.slice(0, GROUPS / 2).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}/64`;
}

/** The groups of 16 bits. An IPv4 address at the end counts as two groups. */
function groupsOf(text: string): string[] {
  return text.split(':').flatMap((group) => (group === '' ? [] : group.includes('.') ? ['0', '0'] : [group]));
}

const GROUPS = 8;
