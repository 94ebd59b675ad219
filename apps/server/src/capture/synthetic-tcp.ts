import { isIPv6 } from 'node:net';

/** Wireshark recognises SMB by this port, so it is used whichever port the server has. */
const SMB_PORT = 445;
const PROTOCOL_TCP = 6;
const TCP_HEADER = 20;
const ACK_AND_PUSH = 0x18;
/** Data of one segment: what fits into an IP packet. */
const MAX_SEGMENT = 65_000;

/** One end of a conversation. */
interface Side {
  readonly address: Buffer;
  readonly port: number;
  /** Sequence number of its next byte. */
  next: number;
}

/**
 * Wraps the messages of one connection in TCP segments between its client and its server, so that
 * programs which read packets can read them. The addresses and the client's port are those of the
 * connection; everything else is made up.
 */
export class SyntheticTcp {
  readonly #client: Side;
  readonly #server: Side;
  readonly #version: 4 | 6;

  constructor(remoteAddress: string, remotePort: number, localAddress: string) {
    const [client, server] = [unmapped(remoteAddress), unmapped(localAddress)];
    this.#version = isIPv6(client) || isIPv6(server) ? 6 : 4;
    this.#client = { address: addressBytes(client, this.#version), port: remotePort, next: 1 };
    this.#server = { address: addressBytes(server, this.#version), port: SMB_PORT, next: 1 };
  }

  /** The packets of one message, each as its parts. */
  *packets(fromClient: boolean, message: Uint8Array): Generator<Uint8Array[]> {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(message.length);
    // The prefix and what fits behind it, then the rest.
    const first = message.subarray(0, MAX_SEGMENT - 4);
    yield this.#packet(fromClient, [prefix, first]);
    for (let at = first.length; at < message.length; at += MAX_SEGMENT) {
      yield this.#packet(fromClient, [message.subarray(at, at + MAX_SEGMENT)]);
    }
  }

  /** Counts a message that is left out, so that readers see a gap. */
  skip(fromClient: boolean, length: number): void {
    const side = fromClient ? this.#client : this.#server;
    side.next = (side.next + 4 + length) >>> 0;
  }

  #packet(fromClient: boolean, data: readonly Uint8Array[]): Uint8Array[] {
    const [from, to] = fromClient ? [this.#client, this.#server] : [this.#server, this.#client];
    const length = data.reduce((sum, part) => sum + part.length, 0);
    const tcp = Buffer.alloc(TCP_HEADER);
    tcp.writeUInt16BE(from.port, 0);
    tcp.writeUInt16BE(to.port, 2);
    tcp.writeUInt32BE(from.next, 4);
    tcp.writeUInt32BE(to.next, 8);
    tcp[12] = (TCP_HEADER / 4) << 4;
    tcp[13] = ACK_AND_PUSH;
    tcp.writeUInt16BE(0xffff, 14);
    from.next = (from.next + length) >>> 0;
    const ip = this.#version === 4 ? ipv4Header(from, to, length) : ipv6Header(from, to, length);
    return [ip, tcp, ...data];
  }
}

function ipv4Header(from: Side, to: Side, length: number): Buffer {
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(20 + TCP_HEADER + length, 2);
  // Don't fragment.
  ip[6] = 0x40;
  ip[8] = 64;
  ip[9] = PROTOCOL_TCP;
  from.address.copy(ip, 12);
  to.address.copy(ip, 16);
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += ip.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  ip.writeUInt16BE(~sum & 0xffff, 10);
  return ip;
}

function ipv6Header(from: Side, to: Side, length: number): Buffer {
  const ip = Buffer.alloc(40);
  ip[0] = 0x60;
  ip.writeUInt16BE(TCP_HEADER + length, 4);
  ip[6] = PROTOCOL_TCP;
  ip[7] = 64;
  from.address.copy(ip, 8);
  to.address.copy(ip, 24);
  return ip;
}

/** `::ffff:10.0.0.1` is 10.0.0.1; a zone is no part of the address. */
export function unmapped(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

function addressBytes(address: string, version: 4 | 6): Buffer {
  if (version === 4) return Buffer.from(address.split('.').map(Number));
  const bytes = Buffer.alloc(16);
  if (!isIPv6(address)) {
    bytes.writeUInt16BE(0xffff, 10);
    Buffer.from(address.split('.').map(Number)).copy(bytes, 12);
    return bytes;
  }
  const [left = '', right] = address.split('::');
  const groups = (text: string): string[] => text.split(':').filter((group) => group !== '');
  const [head, tail] = [groups(left), groups(right ?? '')];
  head.forEach((group, i) => {
    bytes.writeUInt16BE(Number.parseInt(group, 16), i * 2);
  });
  tail.forEach((group, i) => {
    bytes.writeUInt16BE(Number.parseInt(group, 16), 16 - 2 * (tail.length - i));
  });
  return bytes;
}
