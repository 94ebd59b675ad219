/**
 * A little-endian writer. It grows if it may (`fixed` is false). It throws a RangeError past the
 * end of a fixed buffer, and a TypeError for a number that is missing; `encode` turns that
 * TypeError into an EncodeError that names the property. Offsets (`offset`, Offset fields) count
 * from `base`.
 */
export class Writer {
  /** The index in the buffer of the next write. */
  position: number;
  /** Where Offset fields count from, an index into the buffer. */
  base: number;
  #bytes: Uint8Array;
  #view: DataView;
  readonly #fixed: boolean;

  /**
   * @param target initial size in bytes, or a buffer to write into
   * @param start index of the first byte written, and the base of offsets
   * @param fixed never grow; the default when a buffer is given
   */
  constructor(target: number | Uint8Array = 256, start = 0, fixed = typeof target !== 'number') {
    this.#bytes = typeof target === 'number' ? new Uint8Array(target) : target;
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    this.position = start;
    this.base = start;
    this.#fixed = fixed;
  }

  /** The distance of the next write from `base`. */
  get offset(): number {
    return this.position - this.base;
  }

  /** The buffer that is written to. It is replaced when the writer grows. */
  get buffer(): Uint8Array {
    return this.#bytes;
  }

  /** A view of what was written since index `from` (default 0). */
  result(from = 0): Uint8Array {
    return this.#bytes.subarray(from, this.position);
  }

  u8(value: number): void {
    if (value === undefined) throw missing();
    const at = this.#make(1);
    this.#view.setUint8(at, value);
  }

  u16(value: number): void {
    if (value === undefined) throw missing();
    const at = this.#make(2);
    this.#view.setUint16(at, value, true);
  }

  u32(value: number): void {
    if (value === undefined) throw missing();
    const at = this.#make(4);
    this.#view.setUint32(at, value, true);
  }

  i32(value: number): void {
    if (value === undefined) throw missing();
    const at = this.#make(4);
    this.#view.setInt32(at, value, true);
  }

  u64(value: bigint): void {
    const at = this.#make(8);
    this.#view.setBigUint64(at, value, true);
  }

  i64(value: bigint): void {
    const at = this.#make(8);
    this.#view.setBigInt64(at, value, true);
  }

  bytes(value: Uint8Array): void {
    const at = this.#make(value.length);
    this.#bytes.set(value, at);
  }

  /**
   * `count` zero bytes: reserved fields and padding are always written, because buffers are reused.
   */
  zero(count: number): void {
    const at = this.#make(count);
    const bytes = this.#bytes;
    // A few bytes are zeroed before `fill` has begun.
    if (count > FEW) bytes.fill(0, at, at + count);
    else for (let i = at; i < at + count; i++) bytes[i] = 0;
  }

  /** UTF-16LE text without a terminator. */
  utf16(text: string): void {
    const at = this.#make(text.length * 2);
    for (let i = 0; i < text.length; i++) this.#view.setUint16(at + 2 * i, text.charCodeAt(i), true);
  }

  /** Zero bytes up to the next multiple of `alignment` counted from `base`. */
  align(alignment: number): void {
    const over = this.offset % alignment;
    if (over !== 0) this.zero(alignment - over);
  }

  /** Overwrites a u16 at an index of the buffer. */
  patch16(at: number, value: number): void {
    this.#view.setUint16(at, value, true);
  }

  /** Overwrites a u32 at an index of the buffer. */
  patch32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  #make(count: number): number {
    const at = this.position;
    const end = at + count;
    if (end > this.#bytes.length) this.#grow(end);
    this.position = end;
    return at;
  }

  #grow(needed: number): void {
    if (this.#fixed) throw new RangeError(`${needed} bytes do not fit into a buffer of ${this.#bytes.length}`);
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.position));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

const FEW = 16;

/** DataView writes undefined as 0, and nobody would notice. */
function missing(): TypeError {
  return new TypeError('a number is missing');
}
