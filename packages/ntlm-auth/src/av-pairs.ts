import { type Codec, Reader, Writer } from '@tsmbd/ms-dtyp';
import { textOf, utf16Bytes } from './text.ts';

/** AvId, [MS-NLMP] 2.2.2.1. */
export const AvId = {
  EOL: 0,
  NB_COMPUTER_NAME: 1,
  NB_DOMAIN_NAME: 2,
  DNS_COMPUTER_NAME: 3,
  DNS_DOMAIN_NAME: 4,
  DNS_TREE_NAME: 5,
  FLAGS: 6,
  TIMESTAMP: 7,
  SINGLE_HOST: 8,
  TARGET_NAME: 9,
  CHANNEL_BINDINGS: 10,
} as const;

/** Bits of MsvAvFlags, [MS-NLMP] 2.2.2.1. */
export const AvFlags = { CONSTRAINED: 0x1, MIC_PRESENT: 0x2, UNTRUSTED_SPN: 0x4 } as const;

/** One AV_PAIR, [MS-NLMP] 2.2.2.1. */
export interface AvPair {
  /** A value of AvId. */
  readonly id: number;
  readonly value: Uint8Array;
}

/**
 * A sequence of AV_PAIR structures. The encoder adds its MsvAvEOL and the decoder removes it. A
 * sequence without MsvAvEOL ends at the end of the bytes.
 */
export const avPairs: Codec<readonly AvPair[]> = {
  name: 'AV_PAIR',
  decode(r) {
    const pairs: AvPair[] = [];
    while (r.remaining > 0) {
      const id = r.u16('AvId');
      const length = r.u16('AvLen');
      if (id === AvId.EOL) break;
      pairs.push({ id, value: r.take(length, 'Value') });
    }
    return pairs;
  },
  encode(w, pairs) {
    for (const { id, value } of pairs) {
      w.u16(id);
      w.u16(value.length);
      w.bytes(value);
    }
    w.u32(AvId.EOL);
  },
};

/** Decodes AV pairs from bytes. Throws CodecError. */
export function decodeAvPairs(bytes: Uint8Array): readonly AvPair[] {
  return avPairs.decode(new Reader(bytes, avPairs.name));
}

/** Encodes the pairs and a MsvAvEOL. */
export function encodeAvPairs(pairs: readonly AvPair[]): Uint8Array {
  const w = new Writer();
  avPairs.encode(w, pairs);
  return w.result();
}

/** The first value of an AvId. */
export function findAv(pairs: readonly AvPair[], id: number): Uint8Array | undefined {
  return pairs.find((pair) => pair.id === id)?.value;
}

/** The first value of an AvId as text. */
export function findAvText(pairs: readonly AvPair[], id: number): string | undefined {
  const value = findAv(pairs, id);
  return value === undefined ? undefined : textOf(value);
}

/** A pair whose value is text. */
export function avText(id: number, text: string): AvPair {
  return { id, value: utf16Bytes(text) };
}

/** The MsvAvFlags, or 0 if there are none. */
export function avFlags(pairs: readonly AvPair[]): number {
  const value = findAv(pairs, AvId.FLAGS);
  return value?.length === 4 ? new Reader(value, 'MsvAvFlags').u32('Value') : 0;
}
