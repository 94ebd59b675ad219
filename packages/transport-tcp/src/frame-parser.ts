import { allocate, type BufferPool } from './buffer-pool.ts';

/** Is told what a FrameParser finds. */
export interface FrameHandler {
  /** A whole message. The bytes stay unchanged until `release` is called. */
  message(message: Uint8Array, release: () => void): void;
  /** A NetBIOS session request, RFC 1002 4.3.2, which has to be answered. */
  sessionRequest(): void;
  /** The bytes are not a frame, or the message is too long. Nothing more is parsed. */
  malformed(reason: string): void;
}

/**
 * Type byte of a NetBIOS session packet, RFC 1002 4.3.1. Direct TCP has only the first type,
 * [MS-SMB2] 2.1.
 */
export const PacketType = { MESSAGE: 0x00, REQUEST: 0x81, POSITIVE_RESPONSE: 0x82, KEEP_ALIVE: 0x85 } as const;

/**
 * Cuts a stream into messages in the buffers where its bytes are received. The caller reads into
 * `target()` and reports how many bytes it has read.
 *
 * Short messages are views of a slab. The slab is filled from front to back, and again from the
 * front once all its messages are released. While some messages are not released, a new slab takes
 * its place. A long message gets a buffer of the pool, and the rest of it is received directly into
 * that buffer. Another long message is expected after it: only a few bytes are then read into the
 * slab, so that few are copied from there.
 */
export class FrameParser {
  /** While this is set, messages wait unparsed. After it is cleared, `parse` goes on. */
  paused = false;
  maxMessageSize: number;
  readonly #handler: FrameHandler;
  readonly #pool: BufferPool;
  #slab = createSlab(SMALL_SLAB);
  /** Whether more comes at a time than a small slab has room for. */
  #isBusy = false;
  /** How many times in a row little was received. */
  #quiet = 0;
  /** The slab's unparsed bytes: [start, end). */
  #start = 0;
  #end = 0;
  /** A long message that is being received. */
  #long: { buffer: Uint8Array; length: number; have: number } | undefined;
  /** The last message was a long one. */
  #expectsLong = false;
  #dead = false;
  #parsing = false;

  constructor(handler: FrameHandler, pool: BufferPool, maxMessageSize: number) {
    this.#handler = handler;
    this.#pool = pool;
    this.maxMessageSize = maxMessageSize;
  }

  /** Whether a message has begun that is not complete yet. */
  get partial(): boolean {
    return this.#long !== undefined || this.#end > this.#start;
  }

  /** The place for the next bytes that are received; never empty. */
  target(): Uint8Array {
    const long = this.#long;
    if (long !== undefined) return long.buffer.subarray(long.have, long.length);
    if (this.#start === this.#end && this.#slab.lent === 0) {
      this.#start = 0;
      this.#end = 0;
      // A connection that says little, as most do most of the time, has a small slab.
      if ((this.#slab.bytes.length === LARGE_SLAB) !== this.#isBusy) this.#slab = createSlab(this.#slabSize);
      return this.#expectsLong ? this.#slab.bytes.subarray(0, MIN_TARGET) : this.#slab.bytes;
    }
    if (this.#slab.bytes.length - this.#end < MIN_TARGET) this.#moveToNewSlab();
    return this.#slab.bytes.subarray(this.#end);
  }

  /** Says that `count` bytes were received at the start of the last `target()`. */
  received(count: number): void {
    const long = this.#long;
    if (long === undefined) {
      this.#end += count;
      this.#note(count);
    } else {
      long.have += count;
      if (long.have < long.length) return;
      this.#long = undefined;
      this.#deliverLong(long.buffer, long.length);
    }
    this.parse();
  }

  get #slabSize(): number {
    return this.#isBusy ? LARGE_SLAB : SMALL_SLAB;
  }

  /** So much was received into the slab. */
  #note(count: number): void {
    if (this.#end === this.#slab.bytes.length) {
      this.#isBusy = true;
      this.#quiet = 0;
    } else if (count > SMALL_SLAB / 2) this.#quiet = 0;
    else if (this.#isBusy) {
      this.#quiet += 1;
      if (this.#quiet > QUIET) this.#isBusy = false;
    }
  }

  /** Delivers the complete messages that wait in the slab. */
  parse(): void {
    if (this.#parsing) return;
    this.#parsing = true;
    try {
      while (!this.paused && !this.#dead && this.#end - this.#start >= PREFIX && this.#frame());
    } finally {
      this.#parsing = false;
    }
  }

  /** Gives back all that the parser holds. Nothing more is delivered. */
  destroy(): void {
    this.#dead = true;
    if (this.#long !== undefined) this.#pool.give(this.#long.buffer);
    this.#long = undefined;
  }

  /** Parses one frame of the slab. Returns false when the frame is not complete yet. */
  #frame(): boolean {
    const { bytes } = this.#slab;
    const at = this.#start;
    const length = (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    const type = bytes[at]!;
    if (type !== PacketType.MESSAGE) return this.#control(type, length);
    if (length === 0) return this.#fail('empty message');
    if (length > this.maxMessageSize) return this.#fail(`message of ${length} bytes, at most ${this.maxMessageSize}`);
    const begin = at + PREFIX;
    if (begin + length > this.#end) {
      if (length > LONG) this.#beginLong(begin, length);
      else if (begin + length > this.#slab.bytes.length) this.#moveToNewSlab();
      return false;
    }
    this.#start = begin + length;
    this.#expectsLong = false;
    this.#slab.lent++;
    this.#handler.message(bytes.subarray(begin, begin + length), this.#slab.release);
    return true;
  }

  /** Handles NetBIOS session packets that are not messages, RFC 1002 4.3.2 to 4.3.7. */
  #control(type: number, length: number): boolean {
    if (type === PacketType.KEEP_ALIVE && length === 0) {
      this.#start += PREFIX;
      return true;
    }
    // Two encoded names, of 34 bytes each without a scope.
    if (type !== PacketType.REQUEST || length > MAX_SESSION_REQUEST) return this.#fail(`packet type ${type}`);
    if (this.#start + PREFIX + length > this.#end) return false;
    this.#start += PREFIX + length;
    this.#handler.sessionRequest();
    return true;
  }

  #fail(reason: string): false {
    this.#dead = true;
    this.#handler.malformed(reason);
    return false;
  }

  #beginLong(begin: number, length: number): void {
    const buffer = this.#pool.take(length);
    buffer.set(this.#slab.bytes.subarray(begin, this.#end));
    this.#long = { buffer, length, have: this.#end - begin };
    this.#expectsLong = true;
    this.#start = this.#end;
  }

  #deliverLong(buffer: Uint8Array, length: number): void {
    if (this.#dead) return;
    let lent = true;
    this.#handler.message(buffer.subarray(0, length), () => {
      if (lent) this.#pool.give(buffer);
      lent = false;
    });
  }

  /** Makes a fresh slab, which begins with the unparsed bytes of the old one. */
  #moveToNewSlab(): void {
    const slab = createSlab(this.#slabSize);
    slab.bytes.set(this.#slab.bytes.subarray(this.#start, this.#end));
    this.#end -= this.#start;
    this.#start = 0;
    this.#slab = slab;
  }
}

interface Slab {
  readonly bytes: Uint8Array;
  /** How many messages in the slab have not been released. */
  lent: number;
  readonly release: () => void;
}

function createSlab(size: number): Slab {
  const slab: Slab = {
    bytes: allocate(size),
    lent: 0,
    release: () => {
      slab.lent--;
    },
  };
  return slab;
}

/** Bytes of the length prefix, [MS-SMB2] 2.1. */
const PREFIX = 4;
const SMALL_SLAB = 16 * 1024;
const LARGE_SLAB = 64 * 1024;
/** After so many times that little was received, the large slab is given up. */
const QUIET = 64;
/** A longer message that is not complete yet is received into a buffer of its own. */
const LONG = 8 * 1024;
/** A slab with less room than this at its end is replaced. */
const MIN_TARGET = 4096;
const MAX_SESSION_REQUEST = 1024;
