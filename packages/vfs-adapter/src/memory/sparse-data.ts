import { VfsError } from '../vfs.ts';

/** Bytes of one chunk. Holes consist of whole chunks. */
const CHUNK = 65_536;
/** A chunk that is not full grows in steps of this many bytes. */
const BLOCK = 4_096;

/** The room that all files of one memory file system share. */
export interface Room {
  /** Bytes in use. */
  used: number;
  /** The bytes that all files together may use. */
  readonly capacity: number;
}

/**
 * The bytes of one file, with holes: chunks of 64 KiB in a map. Absent chunks read as zeros. A
 * chunk's array may be shorter than 64 KiB; the bytes behind its end read as zeros too.
 */
export class SparseData {
  /** The size of the file in bytes. */
  size = 0;
  readonly #chunks = new Map<number, Uint8Array>();
  readonly #room: Room;
  readonly #maxSize: number;

  constructor(room: Room, maxSize: number) {
    this.#room = room;
    this.#maxSize = maxSize;
  }

  /**
   * The room taken in bytes: whole chunks, and of the last chunk the bytes up to the end of the
   * block in which the file ends.
   */
  get allocated(): number {
    const whole = this.#chunks.size * CHUNK;
    const last = Math.floor(this.size / CHUNK);
    if (!this.#chunks.has(last)) return whole;
    return whole - CHUNK + Math.ceil((this.size - last * CHUNK) / BLOCK) * BLOCK;
  }

  read(into: Uint8Array, offset: number): number {
    const end = Math.min(offset + into.length, this.size);
    let at = offset;
    while (at < end) {
      const index = Math.floor(at / CHUNK);
      const from = at - index * CHUNK;
      const count = Math.min(CHUNK - from, end - at);
      const target = at - offset;
      const chunk = this.#chunks.get(index);
      const held = chunk === undefined ? 0 : Math.max(0, Math.min(count, chunk.length - from));
      if (held > 0) into.set(chunk!.subarray(from, from + held), target);
      if (held < count) into.fill(0, target + held, target + count);
      at += count;
    }
    return Math.max(0, end - offset);
  }

  write(from: Uint8Array, offset: number): void {
    const end = offset + from.length;
    this.#checkSize(end);
    let at = offset;
    while (at < end) {
      const index = Math.floor(at / CHUNK);
      const within = at - index * CHUNK;
      const count = Math.min(CHUNK - within, end - at);
      const source = at - offset;
      this.#chunk(index, within + count).set(from.subarray(source, source + count), within);
      at += count;
      if (at > this.size) this.size = at;
    }
  }

  truncate(size: number): void {
    this.#checkSize(size);
    if (size < this.size) this.#drop(size, this.size);
    this.size = size;
  }

  /** Zeros [offset, offset + length), up to the file's end. Whole chunks become holes. */
  zero(offset: number, length: number): void {
    const end = Math.min(offset + length, this.size);
    if (offset < end) this.#drop(offset, end);
  }

  /**
   * The ranges [start, end) within [offset, offset + length) that are not holes. Ranges that touch
   * are joined.
   */
  ranges(offset: number, length: number): { start: number; end: number }[] {
    const end = Math.min(offset + length, this.size);
    const found: { start: number; end: number }[] = [];
    const indexes = [...this.#chunks.keys()].sort((a, b) => a - b);
    for (const index of indexes) {
      const start = Math.max(index * CHUNK, offset);
      const stop = Math.min((index + 1) * CHUNK, end);
      if (start >= stop) continue;
      const last = found.at(-1);
      if (last?.end === start) last.end = stop;
      else found.push({ start, end: stop });
    }
    return found;
  }

  /** Gives all room back. */
  free(): void {
    for (const chunk of this.#chunks.values()) this.#room.used -= chunk.length;
    this.#chunks.clear();
    this.size = 0;
  }

  /** The chunk, enlarged to at least `needed` bytes. */
  #chunk(index: number, needed: number): Uint8Array {
    const held = this.#chunks.get(index);
    if (held !== undefined && held.length >= needed) return held;
    const before = held === undefined ? 0 : held.length;
    const length = Math.min(CHUNK, Math.max(Math.ceil(needed / BLOCK) * BLOCK, before * 2));
    if (this.#room.used + length - before > this.#room.capacity) throw new VfsError('no-space');
    const grown = new Uint8Array(length);
    if (held !== undefined) grown.set(held);
    this.#room.used += length - before;
    this.#chunks.set(index, grown);
    return grown;
  }

  /**
   * Makes [start, end) zeros. A chunk is freed if the range covers all of it, or all of it up to
   * the end of the file.
   */
  #drop(start: number, end: number): void {
    for (const [index, chunk] of this.#chunks) {
      const from = Math.max(start - index * CHUNK, 0);
      const to = Math.min(end - index * CHUNK, CHUNK);
      if (from >= to) continue;
      const reachesEnd = to === CHUNK || end === this.size;
      if (from === 0 && reachesEnd) {
        this.#chunks.delete(index);
        this.#room.used -= chunk.length;
      } else {
        chunk.fill(0, Math.min(from, chunk.length), Math.min(to, chunk.length));
      }
    }
  }

  #checkSize(size: number): void {
    if (size > this.#maxSize) throw new VfsError('too-large', `${size} bytes`);
  }
}
