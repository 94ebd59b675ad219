import { Writer } from '@tsmbd/ms-dtyp';

/** Writes stub data in NDR 2.0, little-endian, C706 14: the counterpart of NdrReader. */
export class NdrWriter {
  readonly #w = new Writer();
  #deferred: (() => void)[] | undefined;
  #referentId = FIRST_REFERENT;

  /** The bytes that were written. */
  result(): Uint8Array {
    return this.#w.result();
  }

  align(size: number): void {
    this.#w.align(size);
  }

  u8(value: number): void {
    this.#w.u8(value);
  }

  u16(value: number): void {
    this.#w.align(2);
    this.#w.u16(value);
  }

  u32(value: number): void {
    this.#w.align(4);
    this.#w.u32(value);
  }

  i32(value: number): void {
    this.#w.align(4);
    this.#w.i32(value);
  }

  u64(value: bigint): void {
    this.#w.align(8);
    this.#w.u64(value);
  }

  bytes(value: Uint8Array): void {
    this.#w.bytes(value);
  }

  /** Writes a structure or array, and then what its pointers point to, C706 14.3.12.3. */
  construct(write: () => void): void {
    if (this.#deferred !== undefined) {
      write();
      return;
    }
    const mine: (() => void)[] = [];
    this.#deferred = mine;
    write();
    this.#deferred = undefined;
    for (const writeReferent of mine) this.construct(writeReferent);
  }

  /** A unique or full pointer; undefined is null. */
  pointer<T>(value: T | undefined, write: (value: T) => void): void {
    if (value === undefined) {
      this.u32(0);
      return;
    }
    this.u32(this.#referentId);
    this.#referentId += 4;
    const run = (): void => write(value);
    if (this.#deferred === undefined) this.construct(run);
    else this.#deferred.push(run);
  }

  /** A conformant array. */
  conformantArray<T>(values: readonly T[], write: (value: T) => void): void {
    this.u32(values.length);
    this.construct(() => {
      for (const value of values) write(value);
    });
  }

  /** A conformant array of bytes. */
  conformantBytes(value: Uint8Array): void {
    this.u32(value.length);
    this.#w.bytes(value);
  }

  /** A conformant and varying string of UTF-16 with its NUL, C706 14.3.4. */
  wideString(text: string): void {
    const length = text.length + 1;
    this.u32(length);
    this.u32(0);
    this.u32(length);
    this.#w.utf16(`${text}\0`);
  }

  /** A conformant and varying array of UTF-16 units without a NUL, as in RPC_UNICODE_STRING. */
  wideCharacters(text: string): void {
    this.u32(text.length);
    this.u32(0);
    this.u32(text.length);
    this.#w.utf16(text);
  }
}

/** Windows' first referent identifier; any number except 0 would do. */
const FIRST_REFERENT = 0x00020000;
