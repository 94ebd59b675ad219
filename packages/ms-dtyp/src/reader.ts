import type { Codec, Structure } from './codec.ts';
import { CodecError } from './codec-error.ts';
import { type Guid, guidFromBytes } from './guid.ts';
import { textFromUtf16 } from './utf16.ts';

/**
 * A strict little-endian cursor. Every read checks its bounds first, and names structure and field
 * if it fails: `CLOSE Request.Volatile: 8 bytes at 80, message has 84`.
 *
 * A reader sees `bytes[start, end)`. Offsets inside the message (the wire's Offset/Length pairs)
 * count from `base`: the SMB2 header, or the start of the structure. Slices are views, never
 * copies.
 */
export class Reader {
  /** The name of the structure being read; errors contain it. */
  structure: string;
  /** The bytes that this reader reads from. */
  readonly bytes: Uint8Array;
  /** Where Offset fields count from, an index into `bytes`. */
  readonly base: number;
  /** The index in `bytes` behind the last readable byte. */
  readonly end: number;
  /** The index in `bytes` of the next read. */
  position: number;
  readonly #view: DataView;

  /**
   * @param bytes what to read
   * @param structure name for errors
   * @param start index of the first byte to read, and the base of offsets unless `base` says
   *   otherwise
   * @param end index behind the last readable byte
   * @param base index that Offset fields count from
   */
  constructor(bytes: Uint8Array, structure: string, start = 0, end = bytes.length, base = start, view?: DataView) {
    if (start < 0 || end > bytes.length || start > end) {
      throw new CodecError(structure, 'bounds', start, `[${start}, ${end}) is outside ${bytes.length} bytes`);
    }
    this.bytes = bytes;
    this.structure = structure;
    this.position = start;
    this.end = end;
    this.base = base;
    this.#view = view ?? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes left to read. */
  get remaining(): number {
    return this.end - this.position;
  }

  /** The distance of the next read from `base`, as Offset fields count. */
  get offset(): number {
    return this.position - this.base;
  }

  /** The view that reads numbers; for readers of parts of the same bytes. */
  protected get view(): DataView {
    return this.#view;
  }

  /**
   * Begins a nested structure or list element, named by its field ('' for an element of the list
   * that is being read). What is read until `leave` belongs to it. Only a reader that records where
   * fields lie ({@link RecordingReader}) does something here.
   */
  enter(_field: string, _index?: number, _structure?: Structure): void {}

  /** Ends what `enter` has begun. */
  leave(): void {}

  /** The current depth of nesting by `enter`, for `recover`. */
  mark(): number {
    return 0;
  }

  /**
   * For decoders of lists, in a `catch` around the elements. It throws the error again, or, if the
   * reader is lenient, notes it and returns. The decoder then returns the elements that it has so
   * far.
   *
   * @param mark what `mark()` was before the list
   */
  recover(error: unknown, _mark: number): void {
    throw error;
  }

  /** Like `fail`, for faults that can be skipped: a lenient reader notes the fault and returns. */
  complain(field: string, detail: string, at = this.position): void {
    this.fail(field, detail, at);
  }

  /** Throws the error that names `field` at the current position. */
  fail(field: string, detail: string, at = this.position): never {
    throw new CodecError(this.structure, field, at - this.base, detail);
  }

  u8(field: string): number {
    const at = this.#take(1, field);
    return this.#view.getUint8(at);
  }

  u16(field: string): number {
    const at = this.#take(2, field);
    return this.#view.getUint16(at, true);
  }

  u32(field: string): number {
    const at = this.#take(4, field);
    return this.#view.getUint32(at, true);
  }

  i32(field: string): number {
    const at = this.#take(4, field);
    return this.#view.getInt32(at, true);
  }

  u64(field: string): bigint {
    const at = this.#take(8, field);
    return this.#view.getBigUint64(at, true);
  }

  i64(field: string): bigint {
    const at = this.#take(8, field);
    return this.#view.getBigInt64(at, true);
  }

  /**
   * The next u16, without advancing. For structures that are distinguished by their StructureSize.
   */
  peek16(field: string): number {
    const at = this.#take(2, field);
    this.position = at;
    return this.#view.getUint16(at, true);
  }

  /** `count` numbers of 16 bits. The bounds are checked before memory is allocated. */
  u16s(count: number, field: string): number[] {
    let at = this.#take(2 * count, field);
    const values: number[] = [];
    for (let i = 0; i < count; i++, at += 2) values.push(this.#view.getUint16(at, true));
    return values;
  }

  /** A GUID as text, [MS-DTYP] 2.3.4.2. */
  guid(field: string): Guid {
    return guidFromBytes(this.take(16, field));
  }

  /** A view of the next `length` bytes. */
  take(length: number, field: string): Uint8Array {
    const at = this.#take(length, field);
    return this.bytes.subarray(at, at + length);
  }

  /** The remaining bytes, as a view. */
  rest(field: string): Uint8Array {
    return this.take(this.remaining, field);
  }

  /** UTF-16LE text of `length` bytes; an odd length is an error. Lone surrogates are kept. */
  utf16(length: number, field: string): string {
    if (length % 2 !== 0) this.fail(field, `odd length ${length} of UTF-16 text`);
    return textFromUtf16(this.take(length, field));
  }

  /** Skips `length` bytes that the specification calls reserved. */
  skip(length: number, field: string): void {
    this.#take(length, field);
  }

  /** A u16 that must have this value (StructureSize). */
  constant16(value: number, field: string): void {
    const at = this.position;
    const seen = this.u16(field);
    if (seen !== value) this.complain(field, `${seen}, must be ${value}`, at);
  }

  /** A u32 that must have this value. */
  constant32(value: number, field: string): void {
    const at = this.position;
    const seen = this.u32(field);
    if (seen !== value) this.complain(field, `${seen}, must be ${value}`, at);
  }

  /**
   * A view of `length` bytes at `offset` from `base`; does not move the cursor. If the length is 0,
   * the view is empty whatever the offset.
   */
  slice(offset: number, length: number, field: string): Uint8Array {
    if (length === 0) return this.bytes.subarray(this.end, this.end);
    const at = this.base + offset;
    if (offset < 0 || length < 0 || at + length > this.end) {
      this.fail(field, `${length} bytes at ${offset}, message has ${this.end - this.base}`, at);
    }
    return this.bytes.subarray(at, at + length);
  }

  /** UTF-16LE text at an Offset/Length pair; does not move the cursor. */
  sliceUtf16(offset: number, length: number, field: string): string {
    if (length % 2 !== 0) this.fail(field, `odd length ${length} of UTF-16 text`, this.base + offset);
    return textFromUtf16(this.slice(offset, length, field));
  }

  /**
   * A reader of `length` bytes at `offset` from `base`. Its own base is there. Pass a codec as the
   * structure.
   */
  sub(structure: string | Structure, offset: number, length: number, field: string): Reader {
    const at = this.base + offset;
    if (offset < 0 || length < 0 || at + length > this.end) {
      this.fail(field, `${length} bytes at ${offset}, message has ${this.end - this.base}`, at);
    }
    const name = typeof structure === 'string' ? structure : structure.name;
    return new Reader(this.bytes, name, at, at + length, at, this.#view);
  }

  /**
   * Advances to the next multiple of `alignment` counted from `base`, or to the end if that comes
   * first.
   */
  align(alignment: number): void {
    const over = (this.position - this.base) % alignment;
    if (over !== 0) this.position = Math.min(this.position + alignment - over, this.end);
  }

  #take(length: number, field: string): number {
    const at = this.position;
    if (length < 0 || length > this.end - at) {
      this.fail(field, `${length} bytes at ${at - this.base}, message has ${this.end - this.base}`, at);
    }
    this.position = at + length;
    return at;
  }
}

/** Decodes one structure from the start of `bytes`; what follows it is ignored. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  return codec.decode(new Reader(bytes, codec.name));
}
