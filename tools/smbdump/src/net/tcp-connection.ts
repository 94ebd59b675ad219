import type { Packet } from '../capture/packet.ts';
import { AnswerQueue } from './answer-queue.ts';
import type { Arrival } from './arrival.ts';
import type { Conversation, MessageSink, TableLimits } from './conversation.ts';
import { type FrameSink, Framing } from './framing.ts';
import { beginsMpa, IwarpStream } from './iwarp.ts';
import { type ByteSink, TcpDirection } from './tcp-direction.ts';

/** TCP flags, RFC 9293 3.1. */
const FIN = 0x01;
export const SYN = 0x02;
const RST = 0x04;
export const ACK = 0x10;

/** What a connection needs to know of a segment. */
export interface Segment {
  readonly sequence: number;
  readonly flags: number;
  readonly acknowledged: number;
  readonly start: number;
  readonly end: number;
  /** Bytes of data on the wire. */
  readonly length: number;
}

/** One TCP connection: both directions in order, and the messages in them. */
export class TcpConnection {
  readonly first: number;
  readonly second: number;
  lastPacket = 0;
  isIgnored = false;
  isClosed = false;
  /** Which side is the client: 0 that of the first packet seen, 1 the other. */
  #client: 0 | 1 | undefined;
  #conversation: Conversation | undefined;
  #withoutSmb = 0;
  /** Sequence numbers of the FINs. */
  readonly #ends: [number | undefined, number | undefined] = [undefined, undefined];
  #expected = false;
  #transport: 'tcp' | 'iwarp' = 'tcp';
  readonly #names: readonly [string, string];
  readonly #sink: MessageSink;
  readonly #nextIndex: () => number;
  readonly #limits: TableLimits;
  readonly #framings: readonly [Framing, Framing];
  /** The directions that turned out to be iWARP's. */
  readonly #iwarps: [IwarpStream | undefined, IwarpStream | undefined] = [undefined, undefined];
  readonly #queues: readonly [AnswerQueue, AnswerQueue];
  readonly #directions: readonly [TcpDirection, TcpDirection];
  readonly #synchronized: [number | undefined, number | undefined] = [undefined, undefined];

  constructor(
    first: number,
    second: number,
    names: readonly [string, string],
    sink: MessageSink,
    nextIndex: () => number,
    limits: TableLimits,
  ) {
    this.first = first;
    this.second = second;
    this.#names = names;
    this.#sink = sink;
    this.#nextIndex = nextIndex;
    this.#limits = limits;
    this.#framings = [this.#framing(0), this.#framing(1)];
    this.#queues = [
      new AnswerQueue(this.#switch(0), () => this.#directions[1], limits),
      new AnswerQueue(this.#switch(1), () => this.#directions[0], limits),
    ];
    this.#directions = [new TcpDirection(this.#queues[0], limits), new TcpDirection(this.#queues[1], limits)];
  }

  get buffered(): number {
    const [a, b] = this.#directions;
    const [c, d] = this.#framings;
    const [e, f] = this.#iwarps;
    const [g, h] = this.#queues;
    const waiting = a.buffered + b.buffered + g.buffered + h.buffered;
    return waiting + c.buffered + d.buffered + (e?.buffered ?? 0) + (f?.buffered ?? 0);
  }

  /** The port says that this side is the client, and that it will speak SMB. */
  expect(client: 0 | 1): void {
    this.#client = client;
    this.#expected = true;
  }

  /** Whether a SYN of `source` begins another connection than this one. */
  isOther(source: number, sequence: number): boolean {
    const known = this.#synchronized[source === this.first ? 0 : 1];
    return known !== sequence;
  }

  segment(packet: Packet, side: 0 | 1, segment: Segment): void {
    const direction = this.#directions[side];
    let { sequence } = segment;
    if ((segment.flags & SYN) !== 0) {
      if ((segment.flags & ACK) === 0) this.#client = side;
      else this.#client ??= side === 0 ? 1 : 0;
      this.#synchronized[side] = sequence;
      direction.synchronize(sequence);
      // A SYN takes a number of its own; data may follow it, RFC 7413.
      sequence = (sequence + 1) | 0;
    } else if (!direction.hasBegun && segment.length > 0) {
      this.#framings[side].search();
    }
    if (segment.length > 0) {
      const { start, end, length } = segment;
      const acknowledged = (segment.flags & ACK) !== 0 ? segment.acknowledged : undefined;
      const arrival: Arrival = { number: packet.number, timeUs: packet.timeUs, acknowledged };
      direction.segment(sequence, packet.bytes, start, end, arrival, length - (end - start));
    }
    const other = this.#directions[side === 0 ? 1 : 0];
    if (other.isWaiting && (segment.flags & ACK) !== 0) other.acknowledged(segment.acknowledged);
    for (const queue of this.#queues) queue.release();
    if ((segment.flags & RST) !== 0) this.isClosed = true;
    if ((segment.flags & FIN) !== 0) this.#ends[side] = (sequence + segment.length) | 0;
    if (this.#isOver(0) && this.#isOver(1)) this.isClosed = true;
  }

  /** Whether a side sent its FIN and everything before it. */
  #isOver(side: 0 | 1): boolean {
    const end = this.#ends[side];
    return end !== undefined && this.#directions[side].hasReached(end);
  }

  /** Hands over what is left; at most once. */
  close(): void {
    for (const direction of this.#directions) direction.flush();
    for (const queue of this.#queues) queue.flush();
    for (const framing of this.#framings) framing.flush();
    if (this.#conversation !== undefined) this.#sink.closed?.(this.#conversation);
  }

  /** Direct TCP, or iWARP where the stream begins with a start frame of MPA. */
  #switch(side: 0 | 1): ByteSink {
    const framing = this.#framings[side];
    const other = side === 0 ? 1 : 0;
    let isBegun = false;
    return {
      data: (bytes, start, end, arrival) => {
        if (!isBegun) {
          isBegun = true;
          if (beginsMpa(bytes, start, end)) {
            this.#iwarps[side] = new IwarpStream(this.#frameSink(side));
            this.#transport = 'iwarp';
            const [a, b] = this.#iwarps;
            if (a !== undefined && b !== undefined) [a.peer, b.peer] = [b, a];
          }
        }
        (this.#iwarps[side] ?? framing).data(bytes, start, end, arrival);
        this.#queues[other].release();
      },
      gap: (length) => {
        isBegun = true;
        (this.#iwarps[side] ?? framing).gap(length);
      },
    };
  }

  #framing(side: 0 | 1): Framing {
    return new Framing(this.#frameSink(side));
  }

  #frameSink(side: 0 | 1): FrameSink {
    const sink = this.#sink;
    return {
      keep: (bytes, start, end, length) =>
        sink.keep?.(this.#named(side, bytes, start), bytes, start, end, length) ?? length,
      frame: (frame, arrival) => {
        const conversation = this.#named(side, frame.bytes, frame.start);
        sink.message(conversation, side === this.#client, frame, arrival);
      },
      lost: (length, why) => {
        if (this.#conversation !== undefined) sink.lost?.(this.#conversation, length, why);
        else if (why === 'no SMB') this.#withoutSmb += length;
        if (!this.#expected && this.#conversation === undefined && this.#withoutSmb > this.#limits.maxWithoutSmb) {
          this.isIgnored = true;
        }
      },
    };
  }

  /** The conversation, which is one from its first message on. */
  #named(side: 0 | 1, bytes: Uint8Array, start: number): Conversation {
    if (this.#conversation === undefined) {
      this.#client ??= isResponse(bytes, start) === (side === 0) ? 1 : 0;
      const client = this.#names[this.#client];
      const server = this.#names[this.#client === 0 ? 1 : 0];
      this.#conversation = { index: this.#nextIndex(), transport: this.#transport, client, server };
    }
    return this.#conversation;
  }
}

/**
 * Whether a message is its server's: the flag of SMB2, [MS-SMB2] 2.2.1.2, or of SMB1, [MS-CIFS]
 * 2.2.3.1.
 */
function isResponse(bytes: Uint8Array, start: number): boolean {
  if (bytes[start] === 0xfe) return (bytes[start + 16]! & 1) !== 0;
  return bytes[start] === 0xff && (bytes[start + 9]! & 0x80) !== 0;
}
