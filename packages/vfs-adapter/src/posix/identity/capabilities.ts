import type { Native } from '../native.ts';

/** Bits of capabilities(7). */
export const Capability = {
  CHOWN: 0,
  DAC_OVERRIDE: 1,
  DAC_READ_SEARCH: 2,
  FOWNER: 3,
  FSETID: 4,
  SETGID: 6,
  SETUID: 7,
  NET_BIND_SERVICE: 10,
  SYS_ADMIN: 21,
  LEASE: 28,
} as const;

/** _LINUX_CAPABILITY_VERSION_3: two words for each set. */
const VERSION_3 = 0x20080522;

/** Effective, permitted and inheritable capabilities of the calling thread. */
interface CapabilitySets {
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly inheritable: bigint;
}

/** Whether this thread may act as other users. */
export function mayActAsOthers(native: Native): boolean {
  const held = capabilitiesOf(native)?.effective ?? 0n;
  return has(held, Capability.SETUID) && has(held, Capability.SETGID);
}

/**
 * Gives up all capabilities of the calling thread but these. Threads that it makes from then on
 * have no others either. Returns false if the system refused.
 */
export function keepCapabilities(native: Native, kept: readonly number[]): boolean {
  const held = capabilitiesOf(native);
  if (held === undefined) return false;
  const mask = kept.reduce((bits, bit) => bits | (1n << BigInt(bit)), 0n);
  const { data, header } = buffers(native);
  const sets = [held.effective & mask, held.permitted & mask, held.inheritable & mask];
  for (const [i, set] of sets.entries()) {
    data.words[i] = Number(set & 0xffff_ffffn);
    data.words[i + 3] = Number(set >> 32n);
  }
  const capset = native.func('syscall', 'int64', ['int64', 'int64', 'int64']);
  return capset(native.numbers.capset, header.address, data.address) === 0;
}

function capabilitiesOf(native: Native): CapabilitySets | undefined {
  const { data, header } = buffers(native);
  const capget = native.func('syscall', 'int64', ['int64', 'int64', 'int64']);
  if (capget(native.numbers.capget, header.address, data.address) !== 0) return undefined;
  const set = (i: number): bigint => BigInt(data.words[i]!) | (BigInt(data.words[i + 3]!) << 32n);
  return { effective: set(0), permitted: set(1), inheritable: set(2) };
}

/** struct __user_cap_header_struct (version, pid: 0 is the calling thread), and two of the data. */
function buffers(native: Native) {
  const made = (words: Uint32Array) => ({ words, address: native.address(new Uint8Array(words.buffer)) });
  return { header: made(Uint32Array.of(VERSION_3, 0)), data: made(new Uint32Array(6)) };
}

function has(set: bigint, bit: number): boolean {
  return (set & (1n << BigInt(bit))) !== 0n;
}
