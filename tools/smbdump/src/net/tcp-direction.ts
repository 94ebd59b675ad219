import type { Arrival } from './arrival.ts';

/** What one direction of a connection carries, in order. */
export interface ByteSink {
  /**
   * The next bytes of the stream are `bytes[start, end)`, valid during the call; they came in that
   * packet.
   */
  data(bytes: Uint8Array, start: number, end: number, arrival: Arrival): void;
  /**
   * The next `length` bytes of the stream are not in the capture. The packet is the one that has
   * what follows.
   */
  gap(length: number, arrival: Arrival): void;
}

/** Limits of what waits for a segment that is missing. */
export interface TcpLimits {
  /** Bytes, for each direction. */
  readonly maxWaitingBytes: number;
  /** Segments, for each direction. */
  readonly maxWaitingSegments: number;
  /** Segments seen after the receiver acknowledged what is missing here, before it is given up. */
  readonly patience: number;
}

export const DEFAULT_TCP_LIMITS: TcpLimits = { maxWaitingBytes: 8 << 20, maxWaitingSegments: 4096, patience: 64 };

/**
 * Bytes ahead of the stream beyond which a segment is not believed: more than the largest window,
 * RFC 7323 2.3.
 */
const MAX_AHEAD = 1 << 30;

interface Waiting {
  /** Distance is counted from here with 32-bit wrap. */
  sequence: number;
  readonly bytes: Uint8Array;
  /** Bytes behind `bytes` that the snapshot length cut off. */
  readonly missing: number;
  readonly arrival: Arrival;
}

/**
 * One direction of a TCP connection, RFC 9293 3.4: puts segments in order, drops what was sent
 * again (of overlapping bytes those count that came first in the stream's order), and turns what
 * never comes into gaps. Nothing is copied but what comes too early, and of that there is a limit.
 */
export class TcpDirection {
  readonly #sink: ByteSink;
  readonly #limits: TcpLimits;
  /** The sequence number expected next, an int32; undefined before the first segment. */
  #next: number | undefined;
  /** In the order of their sequence numbers. */
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** Segments since the receiver acknowledged beyond what is missing; -1 while it has not. */
  #sinceAcknowledged = -1;

  constructor(sink: ByteSink, limits: TcpLimits = DEFAULT_TCP_LIMITS) {
    this.#sink = sink;
    this.#limits = limits;
  }

  /** Whether segments wait for one that is missing. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Bytes that wait. */
  get buffered(): number {
    return this.#waitingBytes;
  }

  /** Whether a segment was seen, so that it is known where the stream is. */
  get hasBegun(): boolean {
    return this.#next !== undefined;
  }

  /** Whether everything before this sequence number was delivered. */
  hasReached(sequence: number): boolean {
    return this.#next === undefined || ((sequence - this.#next) | 0) <= 0;
  }

  /** A SYN with this sequence number: the stream begins behind it. */
  synchronize(sequence: number): void {
    if (this.#next === undefined) this.#next = (sequence + 1) | 0;
  }

  /**
   * A segment's data.
   *
   * @param sequence of its first byte, any 32-bit representation
   * @param arrival the packet that it came in
   * @param missing bytes of its end that were not captured
   */
  segment(sequence: number, bytes: Uint8Array, start: number, end: number, arrival: Arrival, missing = 0): void {
    if (end === start && missing === 0) return;
    this.#next ??= sequence | 0;
    const ahead = (sequence - this.#next) | 0;
    if (ahead > MAX_AHEAD) return;
    if (ahead > 0) {
      this.#wait({ sequence: sequence | 0, bytes: bytes.slice(start, end), missing, arrival });
      return;
    }
    this.#deliver(sequence | 0, bytes, start, end, missing, arrival);
    if (this.#waiting.length > 0) this.#drain();
  }

  /**
   * The receiver has everything before `sequence`, so what is missing of it will not be sent again.
   */
  acknowledged(sequence: number): void {
    if (this.#waiting.length === 0 || this.#next === undefined) return;
    if (this.#sinceAcknowledged < 0) {
      if (((sequence - this.#next) | 0) > 0) this.#sinceAcknowledged = 0;
      return;
    }
    // Captures of several queues hold segments out of order by a few: the acknowledgement may come
    // first.
    if (++this.#sinceAcknowledged > this.#limits.patience) this.#skipGap();
  }

  /** No more will come: delivers what waits, with gaps between. */
  flush(): void {
    while (this.#waiting.length > 0) this.#skipGap();
  }

  #deliver(sequence: number, bytes: Uint8Array, start: number, end: number, missing: number, arrival: Arrival): void {
    const behind = (this.#next! - sequence) | 0;
    const length = end - start;
    if (behind >= length + missing) return;
    this.#next = (sequence + length + missing) | 0;
    if (behind < length) this.#sink.data(bytes, start + behind, end, arrival);
    const gap = missing - Math.max(0, behind - length);
    if (gap > 0) this.#sink.gap(gap, arrival);
  }

  #wait(segment: Waiting): void {
    const { sequence, bytes } = segment;
    const waiting = this.#waiting;
    let at = waiting.length;
    while (at > 0 && ((sequence - waiting[at - 1]!.sequence) | 0) < 0) at--;
    const before = waiting[at - 1];
    // The same segment sent again while it waits.
    if (before?.sequence === sequence && before.bytes.length >= bytes.length) return;
    waiting.splice(at, 0, segment);
    this.#waitingBytes += bytes.length;
    while (this.#waitingBytes > this.#limits.maxWaitingBytes || waiting.length > this.#limits.maxWaitingSegments) {
      this.#skipGap();
    }
  }

  /** Delivers what is no longer early. */
  #drain(): void {
    let count = 0;
    for (const { sequence, bytes, missing, arrival } of this.#waiting) {
      if (((sequence - this.#next!) | 0) > 0) break;
      this.#deliver(sequence, bytes, 0, bytes.length, missing, arrival);
      this.#waitingBytes -= bytes.length;
      count++;
    }
    if (count === 0) return;
    this.#waiting.splice(0, count);
    this.#sinceAcknowledged = -1;
  }

  #skipGap(): void {
    const first = this.#waiting[0];
    if (first === undefined || this.#next === undefined) return;
    const length = (first.sequence - this.#next) | 0;
    if (length > 0) {
      this.#next = first.sequence;
      this.#sink.gap(length, first.arrival);
    }
    this.#drain();
  }
}
