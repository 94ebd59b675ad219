import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Where other people's captures are, if they are there: they are no part of the project. */
const FOLDER = process.env.TSMBD_PCAPS ?? new URL('../../../../shared/pcaps', import.meta.url).pathname;

/** Whether all of these captures are there: tests of others are skipped. */
export function haveCaptures(...names: readonly string[]): boolean {
  return names.every((name) => existsSync(`${FOLDER}/${name}`));
}

/** The file's bytes, unpacked. */
function readCapture(name: string): Buffer {
  const bytes = readFileSync(`${FOLDER}/${name}`);
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

/** One direction of a TCP connection, its bytes in order. */
interface Stream {
  readonly key: string;
  next: number;
  readonly parts: Buffer[];
}

/**
 * The TCP payload of a little-endian pcap with Ethernet or raw IPv4 frames; what was sent again is
 * left out.
 */
function tcpStreams(pcap: Buffer): Map<string, Stream> {
  const streams = new Map<string, Stream>();
  const linkLength = pcap.readUInt32LE(20) === 1 ? 14 : 0;
  for (let at = 24; at + 16 <= pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8);
    const ip = pcap.subarray(at + 16 + linkLength, at + 16 + length);
    at += 16 + length;
    if (ip.length < 40 || ip[0]! >> 4 !== 4 || ip[9] !== 6) continue;
    const tcp = ip.subarray((ip[0]! & 15) * 4, ip.readUInt16BE(2));
    const payload = tcp.subarray((tcp[12]! >> 4) * 4);
    const key = `${ip.subarray(12, 20).toString('hex')}:${tcp.readUInt16BE(0)}-${tcp.readUInt16BE(2)}`;
    const sequence = tcp.readUInt32BE(4);
    const stream = streams.get(key) ?? { key, next: sequence, parts: [] };
    streams.set(key, stream);
    const behind = (stream.next - sequence) | 0;
    if (payload.length === 0 || behind >= payload.length) continue;
    stream.parts.push(payload.subarray(Math.max(behind, 0)));
    stream.next = (sequence + payload.length) >>> 0;
  }
  return streams;
}

/**
 * What was written to pipes and read from them in a capture: DCE/RPC PDUs, in order by connection
 * and direction.
 */
export function pipePdus(name: string): Uint8Array[] {
  const pcap = readCapture(name);
  const pdus: Uint8Array[] = [];
  for (const { parts } of tcpStreams(pcap).values()) {
    const bytes = Buffer.concat(parts);
    for (let at = 0; at + 4 <= bytes.length; ) {
      const length = bytes.readUInt32BE(at) & 0xffffff;
      const message = bytes.subarray(at + 4, at + 4 + length);
      at += 4 + length;
      for (const data of pipeData(message)) {
        if (data.length >= 16 && data[0] === 5 && data[1] === 0 && data.readUInt16LE(8) === data.length) {
          pdus.push(new Uint8Array(data));
        }
      }
    }
  }
  return pdus;
}

/** The data of WRITE, READ and IOCTL in an SMB2 message. */
function pipeData(message: Buffer): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  while (message.length - at >= 64 && message.readUInt32LE(at) === 0x424d53fe) {
    const next = message.readUInt32LE(at + 20);
    const one = message.subarray(at, next === 0 ? message.length : at + next);
    const isResponse = (one[16]! & 1) !== 0;
    const field = (command: number, response: boolean, offset: number, length: number, wide: boolean): void => {
      if (one.readUInt16LE(12) !== command || isResponse !== response || one.length < 64 + length + 4) return;
      const start = wide ? one.readUInt32LE(64 + offset) : response ? one[64 + offset]! : one.readUInt16LE(64 + offset);
      found.push(one.subarray(start, start + one.readUInt32LE(64 + length)));
    };
    field(9, false, 2, 4, false);
    field(8, true, 2, 4, false);
    field(11, false, 24, 28, true);
    field(11, true, 32, 36, true);
    if (next === 0) break;
    at += next;
  }
  return found;
}
