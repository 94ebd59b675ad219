import { type Arrival, laterOf } from './arrival.ts';
import type { ByteSink } from './tcp-direction.ts';

/**
 * A message of the transport, [MS-SMB2] 2.1: `bytes[start, end)` is what there is of it, valid
 * during the call.
 */
export interface Frame {
  bytes: Uint8Array;
  start: number;
  end: number;
  /**
   * Bytes it had on the wire; more than there are when they were passed over or are not in the
   * capture.
   */
  length: number;
}

/** Takes the messages of one direction. */
export interface FrameSink {
  /** A message; its bytes were all there when that packet came. */
  frame(frame: Frame, arrival: Arrival): void;
  /** Bytes that belong to no message that could be found. */
  lost(length: number, why: 'gap' | 'no SMB'): void;
  /**
   * How many of a message's bytes to keep, asked once `bytes[start, end)` has its first bytes. What
   * is passed over is never copied.
   */
  keep?(bytes: Uint8Array, start: number, end: number, length: number): number;
}

/**
 * With as many bytes of a message at hand, `keep` can tell: an SMB2 header and the fixed part of
 * any body.
 */
export const PEEK_LENGTH = 128;

/** Length prefix of Direct TCP and the NetBIOS session service. */
const PREFIX = 4;
const SESSION_MESSAGE = 0;
/** RFC 1002 4.3.1: request, positive and negative response, retarget, keep-alive. */
const FIRST_CONTROL = 0x81;
const LAST_CONTROL = 0x85;
/** Bytes that tell whether a message begins: the prefix and a ProtocolId. */
const MARK = PREFIX + 4;
/** What a direction keeps between messages. */
const MAX_IDLE_BUFFER = 64 << 10;
/** Nothing shorter than an SMB1 header is a message. */
const MIN_MESSAGE = 32;

/**
 * Cuts one direction's bytes into messages. Starts where the stream does, or looks for the next
 * message when it was opened in the middle, when the bytes make no sense, and behind a gap that
 * leaves open where the next one begins.
 */
export class Framing implements ByteSink {
  readonly #sink: FrameSink;
  readonly #frame: Frame = { bytes: EMPTY, start: 0, end: 0, length: 0 };
  /** What is kept of a prefix or message that came in several pieces. */
  #buffer: Uint8Array = EMPTY;
  #filled = 0;
  /** Length of the message that is being read; -1 between messages. */
  #length = -1;
  /** Bytes of it that passed, kept or not. */
  #passed = 0;
  /** Bytes of it to keep; undefined until `keep` was asked. */
  #keep: number | undefined;
  /** Bytes of it are missing: what comes behind them is passed over. */
  #torn = false;
  /** It is none of SMB's: a session request or the like, which is passed over. */
  #control = false;
  #searching = false;
  /** The packet whose bytes are being read. */
  #current: Arrival = NO_PACKET;
  /** The latest packet of those that the message that is being read came in. */
  #latest: Arrival = NO_PACKET;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Bytes that are held of a message that is not whole. */
  get buffered(): number {
    return this.#buffer.length;
  }

  /** Looks for the beginning of a message first: for a stream that is seen from its middle on. */
  search(): void {
    this.#searching = true;
  }

  data(bytes: Uint8Array, start: number, end: number, arrival: Arrival): void {
    this.#current = arrival;
    const isUnderWay = this.#length >= 0 || this.#filled > 0;
    this.#latest = isUnderWay ? laterOf(this.#latest, arrival) : arrival;
    this.#read(bytes, start, end);
  }

  #read(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.#searching) at = this.#search(bytes, at, end);
      else if (this.#length >= 0) at = this.#continue(bytes, at, end);
      else at = this.#begin(bytes, at, end);
    }
  }

  gap(length: number): void {
    const left = this.#length - this.#passed;
    if (this.#length >= 0 && !this.#searching && length <= left) {
      // It is known where the next message begins, so only this one suffers.
      this.#torn = true;
      this.#passed += length;
      if (length === left) this.#finish();
      return;
    }
    if (this.#length >= 0) {
      this.#torn = true;
      this.#finish();
    }
    this.#filled = 0;
    this.#searching = true;
    this.#sink.lost(length, 'gap');
  }

  /** The stream is over: hands over what there is of an unfinished message. */
  flush(): void {
    if (this.#length >= 0 && this.#filled > 0) this.#finish();
    this.#reset();
    this.#buffer = EMPTY;
  }

  #begin(bytes: Uint8Array, start: number, end: number): number {
    if (this.#filled === 0 && end - start >= PREFIX) return this.#prefix(bytes, start, start + PREFIX);
    const count = Math.min(PREFIX - this.#filled, end - start);
    this.#store(bytes, start, start + count);
    if (this.#filled === PREFIX) {
      this.#filled = 0;
      this.#prefix(this.#buffer, 0, 0);
    }
    return start + count;
  }

  /** Reads a length prefix; returns `next`. */
  #prefix(bytes: Uint8Array, at: number, next: number): number {
    const type = bytes[at]!;
    const length = (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (type !== SESSION_MESSAGE) {
      // A keep-alive has no data, the others a few hundred bytes; they are passed over.
      const control = type >= FIRST_CONTROL && type <= LAST_CONTROL && length <= 1024;
      if (!control) {
        this.#sink.lost(PREFIX, 'no SMB');
        this.#searching = true;
        return next;
      }
    }
    if (length === 0) return next;
    this.#control = type !== SESSION_MESSAGE;
    this.#length = length;
    this.#passed = 0;
    this.#keep = undefined;
    this.#torn = false;
    return next;
  }

  #continue(bytes: Uint8Array, start: number, end: number): number {
    const left = this.#length - this.#passed;
    const available = Math.min(left, end - start);
    if (this.#control || this.#torn) {
      this.#pass(available);
      return start + available;
    }
    if (this.#filled === 0 && (available === left || available >= PEEK_LENGTH)) {
      if (!isMessage(bytes, start, available)) return this.#giveUp(start);
      const keep = this.#ask(bytes, start, start + available);
      if (available === left) {
        // In one piece: no copy.
        this.#emit(bytes, start, start + Math.min(available, keep));
        return start + available;
      }
      if (available >= keep) {
        this.#store(bytes, start, start + keep);
        this.#pass(available);
        return start + available;
      }
    }
    return this.#collect(bytes, start, available);
  }

  #collect(bytes: Uint8Array, start: number, available: number): number {
    // Up to the peek first, to learn how much is wanted.
    let count = available;
    if (this.#keep === undefined) count = Math.min(available, PEEK_LENGTH - this.#filled);
    const wanted = this.#keep === undefined ? count : Math.max(0, Math.min(count, this.#keep - this.#filled));
    this.#store(bytes, start, start + wanted);
    this.#passed += count;
    if (this.#filled >= 4 && !isMessage(this.#buffer, 0, this.#filled)) {
      // A message may begin among what was collected.
      const held = this.#buffer.slice(0, this.#filled);
      const latest = this.#latest;
      this.#lose(PREFIX);
      this.#latest = latest;
      this.#read(held, 0, held.length);
      return start + count;
    }
    if (this.#keep === undefined && (this.#filled >= PEEK_LENGTH || this.#passed === this.#length)) {
      this.#ask(this.#buffer, 0, this.#filled);
    }
    if (this.#passed === this.#length) this.#finish();
    return start + count;
  }

  #ask(bytes: Uint8Array, start: number, end: number): number {
    if (this.#keep === undefined) {
      this.#keep = Math.min(this.#length, this.#sink.keep?.(bytes, start, end, this.#length) ?? this.#length);
    }
    return this.#keep;
  }

  #pass(count: number): void {
    this.#passed += count;
    if (this.#passed === this.#length) this.#finish();
  }

  #finish(): void {
    if (isMessage(this.#buffer, 0, this.#filled)) {
      this.#emit(this.#buffer, 0, Math.min(this.#filled, this.#keep ?? this.#filled));
      return;
    }
    if (!this.#control) this.#sink.lost(this.#passed, 'gap');
    this.#reset();
  }

  #emit(bytes: Uint8Array, start: number, end: number): void {
    const frame = this.#frame;
    const latest = this.#latest;
    frame.bytes = bytes;
    frame.start = start;
    frame.end = end;
    frame.length = this.#length;
    this.#reset();
    this.#sink.frame(frame, latest);
    frame.bytes = EMPTY;
    if (this.#buffer.length > MAX_IDLE_BUFFER) this.#buffer = EMPTY;
  }

  #reset(): void {
    this.#length = -1;
    this.#filled = 0;
    this.#keep = undefined;
    // What follows in the same packet came no later than it.
    this.#latest = this.#current;
  }

  /**
   * The prefix was none: search from here on. Nothing of the stream was consumed but the prefix.
   */
  #giveUp(at: number): number {
    this.#lose(PREFIX);
    return at;
  }

  #lose(length: number): void {
    this.#reset();
    this.#searching = true;
    this.#sink.lost(length, 'no SMB');
  }

  /** Looks for a prefix with a ProtocolId behind it; returns where to go on. */
  #search(bytes: Uint8Array, start: number, end: number): number {
    // A mark may lie across pieces: the last bytes of the one before are in the buffer.
    while (this.#filled > 0 && start < end) {
      const carried = this.#filled;
      const count = Math.min(MARK - carried, end - start);
      this.#store(bytes, start, start + count);
      if (this.#filled < MARK) return start + count;
      if (isMark(this.#buffer, 0)) {
        const length = (this.#buffer[1]! << 16) | (this.#buffer[2]! << 8) | this.#buffer[3]!;
        this.#buffer.copyWithin(0, PREFIX, MARK);
        this.#found(length, MARK - PREFIX);
        return start + count;
      }
      // Take the new bytes back and drop one of the carried.
      this.#buffer.copyWithin(0, 1, carried);
      this.#filled = carried - 1;
      this.#sink.lost(1, 'no SMB');
    }
    let at = start;
    for (; at + MARK <= end; at++) {
      at = bytes.indexOf(SESSION_MESSAGE, at);
      if (at < 0 || at + MARK > end) break;
      if (!isMark(bytes, at)) continue;
      if (at > start) this.#sink.lost(at - start, 'no SMB');
      this.#searching = false;
      this.#latest = this.#current;
      return at;
    }
    const rest = at < 0 || at > end ? end : at;
    if (rest > start) this.#sink.lost(rest - start, 'no SMB');
    this.#store(bytes, rest, end);
    return end;
  }

  #found(length: number, filled: number): void {
    this.#searching = false;
    this.#length = length;
    this.#filled = filled;
    this.#passed = filled;
    this.#keep = undefined;
    this.#control = false;
    this.#torn = false;
  }

  #store(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#filled + end - start;
    // Grown by what came, never by what a prefix claims.
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#buffer.length, 256));
      larger.set(this.#buffer.subarray(0, this.#filled));
      this.#buffer = larger;
    }
    if (end - start < 64) for (let i = start; i < end; i++) this.#buffer[this.#filled + i - start] = bytes[i]!;
    else this.#buffer.set(bytes.subarray(start, end), this.#filled);
    this.#filled = length;
  }
}

const EMPTY = new Uint8Array(0);
const NO_PACKET: Arrival = { number: 0, timeUs: 0 };

/** Whether a message begins here as every SMB message does: FF, FE, FD or FC, and 'SMB'. */
export function isMessage(bytes: Uint8Array, at: number, length: number): boolean {
  return (
    length >= 4 && bytes[at]! >= 0xfc && bytes[at + 1] === 0x53 && bytes[at + 2] === 0x4d && bytes[at + 3] === 0x42
  );
}

function isMark(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== SESSION_MESSAGE || !isMessage(bytes, at + PREFIX, 4)) return false;
  return ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >= MIN_MESSAGE;
}
