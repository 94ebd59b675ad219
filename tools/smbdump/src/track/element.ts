import { type Codec, Reader } from '@tsmbd/ms-dtyp';
import type { Header } from '@tsmbd/smb2-codec';

/** An element of a message. */
export interface ElementBytes {
  readonly head: Header;
  readonly message: Uint8Array;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
  readonly isWhole: boolean;
}

/** Removes the oldest entry of a map that is full. */
export function limit<K>(map: Map<K, unknown>, max: number): void {
  if (map.size < max) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}

/** The body of an element; throws CodecError. */
export function decodeBodyOf<T>(codec: Codec<T>, { message, view, start, end }: ElementBytes): T {
  const r = new Reader(message, codec.name, start, end, start, view);
  r.position = start + 64;
  return codec.decode(r);
}

/** Header, body and padding. */
export function wholeOf({ message, start, end }: ElementBytes): Uint8Array {
  return message.subarray(start, end);
}
