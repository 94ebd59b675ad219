import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** One structure of a specification, both directions. `decode` throws CodecError and nothing else. */
export interface Codec<T> {
  /** The structure's name in its specification. */
  readonly name: string;
  decode(r: Reader): T;
  encode(w: Writer, value: T): void;
}
