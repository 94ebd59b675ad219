import type { Packet } from '../capture/packet.ts';
import type { Arrival } from './arrival.ts';
import type { Conversation, MessageSink } from './conversation.ts';
import type { Frame } from './framing.ts';
import { addressText, type IpPayload } from './ip.ts';
import { type DirectKind, DirectReassembly } from './smb-direct.ts';

/** UDP port of RoCEv2. */
export const ROCE_PORT = 4791;
const UDP_HEADER = 8;
const BTH = 12;
const ICRC = 4;
const PSN_RANGE = 1 << 24;

/**
 * Opcodes of reliable connections that carry Sends; immediate data and a key to invalidate are four
 * bytes more.
 */
const SENDS: Readonly<Record<number, { readonly first: boolean; readonly last: boolean; readonly more: number }>> = {
  0: { first: true, last: false, more: 0 },
  1: { first: false, last: false, more: 0 },
  2: { first: false, last: true, more: 0 },
  3: { first: false, last: true, more: 4 },
  4: { first: true, last: true, more: 0 },
  5: { first: true, last: true, more: 4 },
  22: { first: false, last: true, more: 4 },
  23: { first: true, last: true, more: 4 },
};
const MAX_SEND = 1 << 20;
const MAX_QUEUES = 4096;

/**
 * SMB Direct over RoCEv2: RDMA Sends of reliable connections, each direction a queue pair of its
 * own. Which two belong together is told by their addresses and the order in which they negotiate.
 */
export class RoceTable {
  readonly #sink: MessageSink;
  readonly #nextIndex: () => number;
  readonly #queues = new Map<string, Queue>();

  constructor(sink: MessageSink, nextIndex: () => number) {
    this.#sink = sink;
    this.#nextIndex = nextIndex;
  }

  /** One packet whose payload is UDP; false when it is none of RoCEv2. */
  datagram(packet: Packet, ip: IpPayload): boolean {
    const { view, bytes } = packet;
    const at = ip.start;
    if (ip.end - at < UDP_HEADER + BTH + ICRC || view.getUint16(at + 2) !== ROCE_PORT) return false;
    const opcode = view.getUint8(at + UDP_HEADER);
    const send = SENDS[opcode];
    if (send === undefined) return true;
    const padding = (view.getUint8(at + UDP_HEADER + 1) >> 4) & 3;
    const target = view.getUint32(at + UDP_HEADER + 4) & 0xff_ffff;
    const psn = view.getUint32(at + UDP_HEADER + 8) & 0xff_ffff;
    const start = at + UDP_HEADER + BTH + send.more;
    const end = Math.min(ip.end, at + ip.length) - ICRC - padding;
    if (end < start) return true;
    const size = ip.version === 4 ? 4 : 16;
    const source = addressText(view, ip.addresses, ip.version);
    const destination = addressText(view, ip.addresses + size, ip.version);
    const queue = this.#queue(source, destination, target);
    const { number, timeUs } = packet;
    queue.send(bytes, start, end, psn, send, { number, timeUs });
    return true;
  }

  end(): void {
    for (const queue of new Set([...this.#queues.values()])) queue.close();
    this.#queues.clear();
  }

  #queue(source: string, destination: string, target: number): Queue {
    const key = `${source} ${destination} ${target}`;
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      if (this.#queues.size >= MAX_QUEUES) this.end();
      queue = new Queue(source, destination, target, this.#sink, (one, isClient) => this.#pair(one, isClient));
      this.#queues.set(key, queue);
    }
    return queue;
  }

  /** The oldest queue of the other direction that has no partner is this one's. */
  #pair(queue: Queue, isClient: boolean): Conversation {
    for (const other of this.#queues.values()) {
      const isOther = other.source === queue.destination && other.destination === queue.source;
      if (!isOther || other.isPaired || other.conversation === undefined) continue;
      queue.isPaired = true;
      other.isPaired = true;
      queue.isClient = !other.isClient;
      return other.conversation;
    }
    queue.isClient = isClient;
    const [client, server] = isClient ? [queue.source, queue.destination] : [queue.destination, queue.source];
    const port = `qp${queue.target}`;
    return {
      index: this.#nextIndex(),
      transport: 'roce',
      client: `${client}:${isClient ? 'rdma' : port}`,
      server: `${server}:${isClient ? port : 'rdma'}`,
    };
  }
}

class Queue {
  readonly source: string;
  readonly destination: string;
  readonly target: number;
  conversation: Conversation | undefined;
  isPaired = false;
  isClient = false;
  readonly #sink: MessageSink;
  readonly #pair: (queue: Queue, isClient: boolean) => Conversation;
  readonly #direct: DirectReassembly;
  #last: number | undefined;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(
    source: string,
    destination: string,
    target: number,
    sink: MessageSink,
    pair: (queue: Queue, isClient: boolean) => Conversation,
  ) {
    this.source = source;
    this.destination = destination;
    this.target = target;
    this.#sink = sink;
    this.#pair = pair;
    this.#direct = new DirectReassembly({
      frame: (frame, arrival) => this.#frame(frame, arrival),
      lost: (length, why) => this.conversation && this.#sink.lost?.(this.conversation, length, why),
    });
  }

  send(
    bytes: Uint8Array,
    start: number,
    end: number,
    psn: number,
    { first, last }: { readonly first: boolean; readonly last: boolean },
    arrival: Arrival,
  ): void {
    if (this.#last !== undefined) {
      const ahead = (psn - this.#last + PSN_RANGE) % PSN_RANGE;
      // Sent again: 0 is the same once more, the upper half is the past.
      if (ahead === 0 || ahead > PSN_RANGE / 2) return;
      if (!first && ahead !== 1) this.#drop();
    }
    this.#last = psn;
    if (first) {
      this.#parts = [];
      this.#length = 0;
    } else if (this.#length === 0) return;
    if (first && last) {
      this.#kind(this.#direct.message(bytes, start, end, arrival));
      return;
    }
    if (this.#length + end - start > MAX_SEND) {
      this.#drop();
      return;
    }
    this.#parts.push(bytes.slice(start, end));
    this.#length += end - start;
    if (!last) return;
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#length = 0;
    this.#kind(this.#direct.message(whole, 0, whole.length, arrival));
  }

  close(): void {
    if (this.conversation !== undefined && (this.isClient || !this.isPaired)) this.#sink.closed?.(this.conversation);
  }

  #drop(): void {
    this.#parts = [];
    this.#length = 0;
    this.#direct.reset();
  }

  #kind(kind: DirectKind): void {
    if (kind === 'negotiate-request') this.conversation ??= this.#pair(this, true);
    if (kind === 'negotiate-response') this.conversation ??= this.#pair(this, false);
  }

  #frame(frame: Frame, arrival: Arrival): void {
    const { bytes, start } = frame;
    // Where the negotiation was not captured the first message tells who is the client.
    this.conversation ??= this.#pair(this, bytes[start] !== 0xfe || ((bytes[start + 16] ?? 0) & 1) === 0);
    this.#sink.message(this.conversation, this.isClient, frame, arrival);
  }
}
