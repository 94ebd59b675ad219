/** Builds captures byte by byte, so that what a test expects does not come from what it tests. */

export interface SegmentFields {
  readonly fromClient: boolean;
  readonly sequence: number;
  readonly acknowledged?: number;
  readonly flags?: number;
  readonly data?: Uint8Array;
  /** Bytes cut off the end when it was captured. */
  readonly cut?: number;
}

export const SYN = 0x02;
export const ACK = 0x10;
export const FIN = 0x01;
export const RST = 0x04;

const CLIENT = [10, 0, 0, 1];
const SERVER = [10, 0, 0, 2];

/** An IPv4 packet of 10.0.0.1:50000 and 10.0.0.2:445. */
export function ipv4(fields: SegmentFields, ports: readonly [number, number] = [50_000, 445]): Uint8Array {
  const tcp = tcpOf(fields, ports);
  const packet = new Uint8Array(20 + tcp.length);
  const view = new DataView(packet.buffer);
  packet[0] = 0x45;
  view.setUint16(2, packet.length);
  packet[8] = 64;
  packet[9] = 6;
  packet.set(fields.fromClient ? CLIENT : SERVER, 12);
  packet.set(fields.fromClient ? SERVER : CLIENT, 16);
  packet.set(tcp, 20);
  return packet;
}

/** The same in IPv6, with a hop-by-hop header before it. */
export function ipv6(fields: SegmentFields): Uint8Array {
  const tcp = tcpOf(fields, [50_000, 445]);
  const packet = new Uint8Array(48 + tcp.length);
  const view = new DataView(packet.buffer);
  packet[0] = 0x60;
  view.setUint16(4, 8 + tcp.length);
  packet[6] = 0;
  packet[7] = 64;
  packet.set([0xfe, 0x80, ...new Array(13).fill(0), fields.fromClient ? 1 : 2], 8);
  packet.set([0xfe, 0x80, ...new Array(13).fill(0), fields.fromClient ? 2 : 1], 24);
  packet[40] = 6;
  packet.set(tcp, 48);
  return packet;
}

function tcpOf(
  { fromClient, sequence, acknowledged = 0, flags, data = NONE }: SegmentFields,
  ports: readonly number[],
) {
  const tcp = new Uint8Array(20 + data.length);
  const view = new DataView(tcp.buffer);
  view.setUint16(0, ports[fromClient ? 0 : 1]!);
  view.setUint16(2, ports[fromClient ? 1 : 0]!);
  view.setUint32(4, sequence >>> 0);
  view.setUint32(8, acknowledged >>> 0);
  tcp[12] = 0x50;
  tcp[13] = flags ?? ACK;
  tcp.set(data, 20);
  return tcp;
}

const NONE = new Uint8Array(0);

export interface FileOptions {
  readonly linkType?: number;
  readonly big?: boolean;
  readonly nano?: boolean;
}

/**
 * A classic pcap of packets that are captured but for their last `cut` bytes; one a millisecond.
 */
export function pcap(
  packets: readonly (Uint8Array | { readonly bytes: Uint8Array; readonly cut: number })[],
  { linkType = 101, big = false, nano = false }: FileOptions = {},
): Uint8Array {
  const parts: Uint8Array[] = [];
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, nano ? 0xa1b23c4d : 0xa1b2c3d4, !big);
  header.setUint16(4, 2, !big);
  header.setUint16(6, 4, !big);
  header.setUint32(16, 262_144, !big);
  header.setUint32(20, linkType, !big);
  parts.push(new Uint8Array(header.buffer));
  packets.forEach((packet, i) => {
    const { bytes, cut } = packet instanceof Uint8Array ? { bytes: packet, cut: 0 } : packet;
    const record = new DataView(new ArrayBuffer(16));
    record.setUint32(0, 1_700_000_000, !big);
    record.setUint32(4, i * (nano ? 1_000_000 : 1000), !big);
    record.setUint32(8, bytes.length - cut, !big);
    record.setUint32(12, bytes.length, !big);
    parts.push(new Uint8Array(record.buffer), bytes.subarray(0, bytes.length - cut));
  });
  return concat(parts);
}

/** A pcapng block. */
export function block(type: number, body: Uint8Array, big = false): Uint8Array {
  const length = 12 + body.length + (-body.length & 3);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, !big);
  view.setUint32(4, length, !big);
  bytes.set(body, 8);
  view.setUint32(length - 4, length, !big);
  return bytes;
}

/** 32-bit numbers as bytes of a block. */
export function words(values: readonly number[], big = false): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => {
    view.setUint32(i * 4, value >>> 0, !big);
  });
  return new Uint8Array(view.buffer);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** An ECHO Request or Response with the transport's length before it: 72 bytes. */
export function echo(messageId: number, isResponse = false): Uint8Array {
  const bytes = new Uint8Array(72);
  bytes.set([0, 0, 0, 68, 0xfe, 0x53, 0x4d, 0x42, 64, 0]);
  bytes[16] = 0x0d;
  bytes[20] = isResponse ? 1 : 0;
  new DataView(bytes.buffer).setUint32(28, messageId, true);
  bytes[68] = 4;
  return bytes;
}
