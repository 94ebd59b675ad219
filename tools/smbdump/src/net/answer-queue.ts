import type { Arrival } from './arrival.ts';
import type { ByteSink, TcpDirection, TcpLimits } from './tcp-direction.ts';

/** Bytes, or the length of a gap. */
interface Held {
  readonly bytes: Uint8Array | number;
  readonly arrival: Arrival;
}

/**
 * Keeps an answer behind its request. While a segment of one direction is missing, what came behind
 * it waits; the other side may have received it all, and its answers acknowledge it (RFC 9293 3.4).
 * They wait here until that direction has been read as far as they acknowledge. Without such a wait
 * nothing is copied.
 */
export class AnswerQueue implements ByteSink {
  readonly #sink: ByteSink;
  readonly #requests: () => TcpDirection;
  readonly #limits: TcpLimits;
  #held: Held[] = [];
  #heldBytes = 0;
  #isReleasing = false;

  /** @param requests the other direction, which may wait for a segment */
  constructor(sink: ByteSink, requests: () => TcpDirection, limits: TcpLimits) {
    this.#sink = sink;
    this.#requests = requests;
    this.#limits = limits;
  }

  /** Bytes that are held. */
  get buffered(): number {
    return this.#heldBytes;
  }

  data(bytes: Uint8Array, start: number, end: number, arrival: Arrival): void {
    if (this.#held.length === 0 && !this.#isEarly(arrival)) this.#sink.data(bytes, start, end, arrival);
    else this.#hold({ bytes: bytes.slice(start, end), arrival });
  }

  gap(length: number, arrival: Arrival): void {
    if (this.#held.length === 0) this.#sink.gap(length, arrival);
    else this.#hold({ bytes: length, arrival });
  }

  /** The other direction was read further: hands on what it held up. */
  release(): void {
    if (this.#held.length === 0 || this.#isReleasing) return;
    // What is handed on here may release the other direction, and that this one again.
    this.#isReleasing = true;
    while (this.#held.length > 0 && !this.#isEarly(this.#held[0]!.arrival)) this.#deliver(this.#held.shift()!);
    this.#isReleasing = false;
  }

  /** Hands on everything. */
  flush(): void {
    const held = this.#held;
    this.#held = [];
    for (const each of held) this.#deliver(each);
  }

  #isEarly({ acknowledged }: Arrival): boolean {
    const requests = this.#requests();
    return acknowledged !== undefined && requests.isWaiting && !requests.hasReached(acknowledged);
  }

  #hold(held: Held): void {
    this.#held.push(held);
    if (typeof held.bytes !== 'number') this.#heldBytes += held.bytes.length;
    const { maxWaitingBytes, maxWaitingSegments } = this.#limits;
    if (this.#heldBytes > maxWaitingBytes || this.#held.length > maxWaitingSegments) this.flush();
  }

  #deliver({ bytes, arrival }: Held): void {
    if (typeof bytes === 'number') {
      this.#sink.gap(bytes, arrival);
      return;
    }
    this.#heldBytes -= bytes.length;
    this.#sink.data(bytes, 0, bytes.length, arrival);
  }
}
