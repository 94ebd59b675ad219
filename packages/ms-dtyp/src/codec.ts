import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** The name of a structure, and where it is specified. */
export interface Structure {
  /** The structure's name in its specification. */
  readonly name: string;
  /** Where it is specified: `[MS-SMB2] 2.2.13`. */
  readonly section?: string | undefined;
}

/**
 * One structure of a specification, in both directions. `decode` throws CodecError and nothing
 * else.
 */
export interface Codec<T> extends Structure {
  decode(r: Reader): T;
  encode(w: Writer, value: T): void;
}
