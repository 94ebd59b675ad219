import { type Codec, CodecError, Reader, Writer } from '@tsmbd/ms-dtyp';
import test from 'ava';
import { hex, plain, toHex } from './bytes.ts';
import { complaintOf, incompleteValues } from './incomplete.ts';

export { hex } from './bytes.ts';

/** One structure with its bytes on the wire, field by field in hex, and its value. */
export interface Structure<T> {
  /** What it shows, and the section. */
  readonly name: string;
  readonly codec: Codec<T>;
  /** Hex; spaces and lines between fields. */
  readonly bytes: string;
  readonly value: T;
  /**
   * Bytes from which on a prefix decodes, because the spec lets the rest be absent; all bytes
   * unless told.
   */
  readonly enough?: number;
  /** Lengths of shorter prefixes that are whole structures too. */
  readonly alsoWhole?: readonly number[];
}

/** A structure that stands alone: offsets count from its start. */
export function testStructure<T>(structure: Structure<T>): void {
  testAt(structure, 0);
}

/** The body of a command: it stands 64 bytes behind what its offsets count from. */
export function testBody<T>(structure: Structure<T>): void {
  testAt(structure, 64);
}

function testAt<T>({ name, codec, bytes, value, enough, alsoWhole = [] }: Structure<T>, offset: number): void {
  const wire = hex(bytes);
  const message = new Uint8Array(offset + wire.length);
  message.set(wire, offset);
  const decodeFirst = (length: number) => codec.decode(new Reader(message, codec.name, offset, offset + length, 0));

  test(`decodes ${name}`, (t) => {
    t.deepEqual(plain(decodeFirst(wire.length)), plain(value));
  });

  test(`encodes ${name}`, (t) => {
    // A used buffer: what is reserved must be written as zero.
    const w = new Writer(new Uint8Array(message.length + 64).fill(0xee), offset);
    w.base = 0;
    codec.encode(w, value);
    t.is(toHex(w.result(offset)), toHex(wire));
  });

  test(`an incomplete value is an error that names what is missing: ${name}`, (t) => {
    t.deepEqual(
      [...incompleteValues(codec, value, offset)].flatMap((each) => complaintOf(each) ?? []),
      [],
    );
  });

  test(`every shorter prefix is a CodecError: ${name}`, (t) => {
    for (let length = 0; length < wire.length; length++) {
      if (length < (enough ?? wire.length) && !alsoWhole.includes(length)) {
        t.throws(() => decodeFirst(length), { instanceOf: CodecError }, `${length} of ${wire.length} bytes`);
      } else {
        t.notThrows(() => decodeFirst(length), `${length} of ${wire.length} bytes`);
      }
    }
  });
}
