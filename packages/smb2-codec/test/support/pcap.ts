import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** Where captures lie beside the repository, if they do. */
const PCAPS = process.env.TSMBD_PCAPS ?? fileURLToPath(new URL('../../../../../shared/pcaps/', import.meta.url));

/** Captures (name ending in .pcap or .pcap.gz) of the folder, none when it is absent. */
export function captureFiles(): string[] {
  try {
    return readdirSync(PCAPS)
      .filter((name) => /\.pcap(\.gz)?$/.test(name))
      .map((name) => `${PCAPS}/${name}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return [];
  }
}

/**
 * All messages of a classic pcap's TCP connections with port 445 or 139, each without its four
 * bytes of length.
 */
export function* messagesOf(file: string): Generator<Uint8Array> {
  const raw = readFileSync(file);
  const streams = new Map<string, { next: number; bytes: Buffer; waiting: Map<number, Buffer> }>();
  for (const { key, seq, syn, data } of tcpSegments(file.endsWith('.gz') ? gunzipSync(raw) : raw)) {
    let stream = streams.get(key);
    if (stream === undefined || syn) {
      stream = { next: syn ? (seq + 1) >>> 0 : seq, bytes: Buffer.alloc(0), waiting: new Map() };
      streams.set(key, stream);
    }
    if (data.length === 0) continue;
    stream.waiting.set(seq, data);
    for (let part = stream.waiting.get(stream.next); part !== undefined; part = stream.waiting.get(stream.next)) {
      stream.waiting.delete(stream.next);
      stream.bytes = Buffer.concat([stream.bytes, part]);
      stream.next = (stream.next + part.length) >>> 0;
    }
    while (stream.bytes.length >= 4) {
      const length = stream.bytes.readUInt32BE(0) & 0xff_ffff;
      if (stream.bytes.length < 4 + length) break;
      if (length > 0) yield stream.bytes.subarray(4, 4 + length);
      stream.bytes = stream.bytes.subarray(4 + length);
    }
  }
}

function* tcpSegments(pcap: Buffer): Generator<{ key: string; seq: number; syn: boolean; data: Buffer }> {
  const little = pcap.readUInt8(0) === 0xd4 || pcap.readUInt8(0) === 0x4d;
  const linkType = little ? pcap.readUInt32LE(20) : pcap.readUInt32BE(20);
  for (let at = 24; at + 16 <= pcap.length; ) {
    const length = little ? pcap.readUInt32LE(at + 8) : pcap.readUInt32BE(at + 8);
    const frame = pcap.subarray(at + 16, at + 16 + length);
    at += 16 + length;
    const ip = networkLayer(frame, linkType);
    if (ip === undefined || ip.length < 20) continue;
    const v6 = ip[0]! >> 4 === 6;
    if (ip[v6 ? 6 : 9] !== 6) continue;
    const size = v6 ? 40 : (ip[0]! & 15) * 4;
    const tcp = ip.subarray(size, v6 ? 40 + ip.readUInt16BE(4) : ip.readUInt16BE(2) || ip.length);
    if (tcp.length < 20) continue;
    const ports = [tcp.readUInt16BE(0), tcp.readUInt16BE(2)];
    if (!ports.includes(445) && !ports.includes(139)) continue;
    const key = `${ip.subarray(v6 ? 8 : 12, v6 ? 40 : 20).toString('hex')}:${ports}`;
    const data = tcp.subarray((tcp[12]! >> 4) * 4);
    yield { key, seq: tcp.readUInt32BE(4), syn: (tcp[13]! & 2) !== 0, data };
  }
}

/** The IP packet of a frame: Ethernet with any VLAN tags, BSD loopback, Linux cooked or raw. */
function networkLayer(frame: Buffer, linkType: number): Buffer | undefined {
  if (linkType === 101) return frame;
  if (linkType === 0) return frame.subarray(4);
  if (linkType === 113) return frame.subarray(16);
  if (linkType !== 1 || frame.length < 14) return undefined;
  let at = 12;
  while (frame.readUInt16BE(at) === 0x8100) at += 4;
  const type = frame.readUInt16BE(at);
  return type === 0x0800 || type === 0x86dd ? frame.subarray(at + 2) : undefined;
}
