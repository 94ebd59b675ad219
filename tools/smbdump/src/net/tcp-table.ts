import type { Packet } from '../capture/packet.ts';
import { DEFAULT_TABLE_LIMITS, type MessageSink, type TableLimits } from './conversation.ts';
import { addressText, type IpPayload } from './ip.ts';
import { ACK, SYN, TcpConnection } from './tcp-connection.ts';

/** Ports at which a server of SMB is expected. */
const SERVER_PORTS: readonly number[] = [445, 139];

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
    // One that is over stays until its ports are used again, so that what is sent once more begins
    // no new one.
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
      // A flood of addresses starts anew, so that it takes no more memory; connections that live on
      // are not found again.
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

function endpointText(view: DataView, at: number, version: 4 | 6, port: number): string {
  const address = addressText(view, at, version);
  return version === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
