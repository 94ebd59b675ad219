import { Reader } from '@tsmbd/ms-dtyp';

/**
 * The value of a pointer. It is known only after the construct around the pointer has been read.
 * Undefined for a null pointer.
 */
export type Referent<T> = () => T | undefined;

/**
 * Reads stub data in NDR 2.0, little-endian, C706 14. Primitives are aligned to their size, counted
 * from the start of the stub. Throws CodecError.
 *
 * The target of an embedded pointer comes after the construct that contains the pointer
 * (14.3.12.3). `construct` marks structures and arrays that contain pointers. `pointer` returns a
 * function that gives the value; it is called after the construct.
 */
export class NdrReader {
  readonly #r: Reader;
  /** Reads that are to be done after the construct that is being read. */
  #deferred: (() => void)[] | undefined;
  /** Values of full pointers by their identifier. */
  readonly #full = new Map<number, Referent<unknown>>();

  constructor(stub: Uint8Array, structure = 'stub data') {
    this.#r = new Reader(stub, structure);
  }

  get remaining(): number {
    return this.#r.remaining;
  }

  align(size: number): void {
    this.#r.align(size);
  }

  u8(field: string): number {
    return this.#r.u8(field);
  }

  u16(field: string): number {
    this.#r.align(2);
    return this.#r.u16(field);
  }

  u32(field: string): number {
    this.#r.align(4);
    return this.#r.u32(field);
  }

  i32(field: string): number {
    this.#r.align(4);
    return this.#r.i32(field);
  }

  u64(field: string): bigint {
    this.#r.align(8);
    return this.#r.u64(field);
  }

  /** `count` bytes, a view. */
  bytes(count: number, field: string): Uint8Array {
    return this.#r.take(count, field);
  }

  /** The stub's bytes from here to its end, a view. */
  rest(field: string): Uint8Array {
    return this.#r.rest(field);
  }

  fail(field: string, detail: string): never {
    return this.#r.fail(field, detail);
  }

  /** Reads a structure or array, and then what its pointers point to. */
  construct<T>(read: () => T): T {
    if (this.#deferred !== undefined) return read();
    const mine: (() => void)[] = [];
    this.#deferred = mine;
    const value = read();
    this.#deferred = undefined;
    for (const readReferent of mine) this.construct(readReferent);
    return value;
  }

  /** A unique pointer: 0 or an identifier. `read` reads the value at the place where it comes. */
  pointer<T>(field: string, read: () => T): Referent<T> {
    if (this.u32(field) === 0) return () => undefined;
    return this.#later(read);
  }

  /** A full pointer: an identifier that was seen before means the same value. */
  fullPointer<T>(field: string, read: () => T): Referent<T> {
    const id = this.u32(field);
    if (id === 0) return () => undefined;
    const known = this.#full.get(id);
    if (known !== undefined) return known as Referent<T>;
    const referent = this.#later(read);
    this.#full.set(id, referent);
    return referent;
  }

  /**
   * A conformant array: its count and its elements. If the count is also given elsewhere, it must
   * be `expected`.
   */
  conformantArray<T>(field: string, read: () => T, expected?: number): T[] {
    const count = this.u32(field);
    if (expected !== undefined && count !== expected) this.fail(field, `${count} elements, must be ${expected}`);
    const values: T[] = [];
    this.construct(() => {
      for (let i = 0; i < count; i++) values.push(read());
    });
    return values;
  }

  /** A conformant array of bytes, a view. */
  conformantBytes(field: string): Uint8Array {
    return this.bytes(this.u32(field), field);
  }

  /**
   * A conformant and varying string of UTF-16, C706 14.3.4. If `terminated`, the NUL is removed.
   */
  wideString(field: string, terminated = true): string {
    const max = this.u32(field);
    const offset = this.u32(field);
    const length = this.u32(field);
    if (offset !== 0 || length > max) this.fail(field, `${length} of ${max} characters at ${offset}`);
    const text = this.#r.utf16(length * 2, field);
    if (!terminated) return text;
    const end = text.indexOf('\0');
    return end < 0 ? text : text.slice(0, end);
  }

  #later<T>(read: () => T): Referent<T> {
    let value: T | undefined;
    const run = (): void => {
      value = read();
    };
    if (this.#deferred === undefined) this.construct(run);
    else this.#deferred.push(run);
    return () => value;
  }
}
