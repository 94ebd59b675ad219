import type { Packet } from '../capture/packet.ts';
import { type Frame, type FrameSink, Framing } from './framing.ts';
import { addressText, type IpPayload } from './ip.ts';
import { beginsMpa, IwarpStream } from './iwarp.ts';
import { type ByteSink, DEFAULT_TCP_LIMITS, TcpDirection, type TcpLimits } from './tcp-direction.ts';

/** What carries messages between a client and a server: a TCP connection, or a pair of RDMA queues. */
export interface Conversation {
  /** Running number in the capture, from 0. */
  readonly index: number;
  readonly transport: 'tcp' | 'roce' | 'iwarp';
  /** `address:port`; the client's first once it is known which is which. */
  client: string;
  server: string;
}

/** Takes the messages of all conversations. */
export interface MessageSink {
  /** `frame` is valid during the call. */
  message(conversation: Conversation, fromClient: boolean, frame: Frame, packet: Packet): void;
  keep?(conversation: Conversation, bytes: Uint8Array, start: number, end: number, length: number): number;
  lost?(conversation: Conversation, length: number, why: 'gap' | 'no SMB'): void;
  closed?(conversation: Conversation): void;
}

/** Limits of what is kept of the connections of a capture. */
export interface TableLimits extends TcpLimits {
  readonly maxConnections: number;
  /** Bytes that may wait in all connections together. */
  readonly maxBuffered: number;
  /** Bytes that a connection of an unknown port may have without any SMB message before it is passed over. */
  readonly maxWithoutSmb: number;
}

export const DEFAULT_TABLE_LIMITS: TableLimits = {
  ...DEFAULT_TCP_LIMITS,
  maxConnections: 16_384,
  maxBuffered: 256 << 20,
  maxWithoutSmb: 1 << 20,
};

/** Ports at which a server of SMB is expected. */
const SERVER_PORTS: readonly number[] = [445, 139];

/** TCP flags, RFC 9293 3.1. */
const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

/** The connections of a capture: finds the one of each segment and hands on its messages. */
export class TcpTable {
  readonly #sink: MessageSink;
  readonly #limits: TableLimits;
  readonly #ports: ReadonlySet<number>;
  /** By the smaller endpoint, then the larger. */
  readonly #connections = new Map<number, Map<number, TcpConnection>>();
  #count = 0;
  #buffered = 0;
  /** Gives numbers to conversations; shared with other transports. */
  readonly #nextIndex: () => number;
  #last: TcpConnection | undefined;
  /** Numbers for IPv6 addresses, above those that are IPv4 addresses. */
  readonly #ipv6 = new Map<string, number>();

  constructor(
    sink: MessageSink,
    nextIndex: () => number,
    ports: readonly number[] = [],
    limits = DEFAULT_TABLE_LIMITS,
  ) {
    this.#sink = sink;
    this.#nextIndex = nextIndex;
    this.#limits = limits;
    this.#ports = new Set([...SERVER_PORTS, ...ports]);
  }

  /** One packet whose payload is TCP. */
  segment(packet: Packet, ip: IpPayload): void {
    const { view } = packet;
    const { start: at } = ip;
    if (ip.end - at < 20) return;
    const headerLength = (view.getUint8(at + 12) >> 4) * 4;
    const flags = view.getUint8(at + 13);
    const dataLength = ip.length - headerLength;
    if (headerLength < 20 || dataLength < 0) return;
    const source = this.#endpoint(view, ip.addresses, ip.version, view.getUint16(at));
    const target = this.#endpoint(view, ip.addresses + (ip.version === 4 ? 4 : 16), ip.version, view.getUint16(at + 2));
    const sequence = view.getInt32(at + 4);

    let connection = this.#find(source, target);
    if ((flags & (SYN | ACK)) === SYN && connection?.isOther(source, sequence)) {
      this.#remove(connection);
      connection = undefined;
    }
    connection ??= this.#open(packet, ip, source, target);
    connection.lastPacket = packet.number;
    // One that is over stays until its ports are used again, so that what is sent once more begins no new one.
    if (connection.isIgnored || connection.isClosed) return;
    const before = connection.buffered;
    connection.segment(packet, source === connection.first ? 0 : 1, {
      sequence,
      flags,
      acknowledged: view.getInt32(at + 8),
      start: Math.min(at + headerLength, ip.end),
      end: ip.end,
      length: dataLength,
    });
    if (connection.isClosed) connection.close();
    this.#buffered += connection.buffered - before;
    if (this.#buffered > this.#limits.maxBuffered) this.#evict();
  }

  /** The capture is over. */
  end(): void {
    for (const connection of this.#all()) if (!connection.isClosed) connection.close();
    this.#connections.clear();
  }

  /** An endpoint as a number that no other endpoint has. */
  #endpoint(view: DataView, at: number, version: 4 | 6, port: number): number {
    if (version === 4) return view.getUint32(at) * 65536 + port;
    const key = `${view.getBigUint64(at)},${view.getBigUint64(at + 8)}`;
    let id = this.#ipv6.get(key);
    if (id === undefined) {
      // A flood of addresses starts anew, so that it takes no more memory; connections that live on are not found again.
      if (this.#ipv6.size > 1 << 20) this.#ipv6.clear();
      id = 2 ** 32 + this.#nextAddress++;
      this.#ipv6.set(key, id);
    }
    return id * 65536 + port;
  }
  #nextAddress = 0;

  #find(source: number, target: number): TcpConnection | undefined {
    const last = this.#last;
    if (last !== undefined) {
      if (last.first === source && last.second === target) return last;
      if (last.first === target && last.second === source) return last;
    }
    const found = this.#connections.get(Math.min(source, target))?.get(Math.max(source, target));
    if (found !== undefined) this.#last = found;
    return found;
  }

  #open(packet: Packet, ip: IpPayload, first: number, second: number): TcpConnection {
    if (this.#count >= this.#limits.maxConnections) this.#evict();
    const { view } = packet;
    const size = ip.version === 4 ? 4 : 16;
    const [sourcePort, targetPort] = [view.getUint16(ip.start), view.getUint16(ip.start + 2)];
    const names = [
      endpointText(view, ip.addresses, ip.version, sourcePort),
      endpointText(view, ip.addresses + size, ip.version, targetPort),
    ] as const;
    const connection = new TcpConnection(first, second, names, this.#sink, this.#nextIndex, this.#limits);
    if (this.#ports.has(targetPort)) connection.expect(0);
    else if (this.#ports.has(sourcePort)) connection.expect(1);
    const key = Math.min(first, second);
    let row = this.#connections.get(key);
    if (row === undefined) {
      row = new Map();
      this.#connections.set(key, row);
    }
    row.set(Math.max(first, second), connection);
    this.#count++;
    this.#last = connection;
    return connection;
  }

  #remove(connection: TcpConnection): void {
    const key = Math.min(connection.first, connection.second);
    const row = this.#connections.get(key);
    if (row?.delete(Math.max(connection.first, connection.second))) this.#count--;
    if (row?.size === 0) this.#connections.delete(key);
    if (this.#last === connection) this.#last = undefined;
    this.#buffered -= connection.buffered;
    if (!connection.isClosed) connection.close();
  }

  /** Ends the tenth of the connections that has been silent for longest, and at least one. */
  #evict(): void {
    const byAge = this.#all().sort((a, b) => a.lastPacket - b.lastPacket);
    for (const connection of byAge.slice(0, Math.ceil(byAge.length / 10))) this.#remove(connection);
  }

  #all(): TcpConnection[] {
    return [...this.#connections.values()].flatMap((row) => [...row.values()]);
  }
}

interface Segment {
  readonly sequence: number;
  readonly flags: number;
  readonly acknowledged: number;
  readonly start: number;
  readonly end: number;
  /** Bytes of data on the wire. */
  readonly length: number;
}

class TcpConnection {
  readonly first: number;
  readonly second: number;
  lastPacket = 0;
  isIgnored = false;
  isClosed = false;
  /** Which side is the client: 0 that of the first packet seen, 1 the other. */
  #client: 0 | 1 | undefined;
  #conversation: Conversation | undefined;
  #withoutSmb = 0;
  #packet: Packet | undefined;
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
    this.#directions = [new TcpDirection(this.#switch(0), limits), new TcpDirection(this.#switch(1), limits)];
  }

  get buffered(): number {
    const [a, b] = this.#directions;
    const [c, d] = this.#framings;
    const [e, f] = this.#iwarps;
    return a.buffered + b.buffered + c.buffered + d.buffered + (e?.buffered ?? 0) + (f?.buffered ?? 0);
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
    this.#packet = packet;
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
      const captured = segment.end - segment.start;
      direction.segment(sequence, packet.bytes, segment.start, segment.end, segment.length - captured);
    }
    const other = this.#directions[side === 0 ? 1 : 0];
    if (other.isWaiting && (segment.flags & ACK) !== 0) other.acknowledged(segment.acknowledged);
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
    for (const side of [0, 1] as const) {
      this.#directions[side].flush();
      this.#framings[side].flush();
    }
    if (this.#conversation !== undefined) this.#sink.closed?.(this.#conversation);
  }

  /** Direct TCP, or iWARP where the stream begins with a start frame of MPA. */
  #switch(side: 0 | 1): ByteSink {
    const framing = this.#framings[side];
    let isBegun = false;
    return {
      data: (bytes, start, end) => {
        if (!isBegun) {
          isBegun = true;
          if (beginsMpa(bytes, start, end)) {
            this.#iwarps[side] = new IwarpStream(this.#frameSink(side));
            this.#transport = 'iwarp';
            const [a, b] = this.#iwarps;
            if (a !== undefined && b !== undefined) [a.peer, b.peer] = [b, a];
          }
        }
        (this.#iwarps[side] ?? framing).data(bytes, start, end);
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
      frame: (frame) => {
        const conversation = this.#named(side, frame.bytes, frame.start);
        sink.message(conversation, side === this.#client, frame, this.#packet!);
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

/** Whether a message is its server's: the flag of SMB2, [MS-SMB2] 2.2.1.2, or of SMB1, [MS-CIFS] 2.2.3.1. */
function isResponse(bytes: Uint8Array, start: number): boolean {
  if (bytes[start] === 0xfe) return (bytes[start + 16]! & 1) !== 0;
  return bytes[start] === 0xff && (bytes[start + 9]! & 0x80) !== 0;
}

function endpointText(view: DataView, at: number, version: 4 | 6, port: number): string {
  const address = addressText(view, at, version);
  return version === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
