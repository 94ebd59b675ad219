import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

const FILE_HEADER = 24;
const RECORD = 16;
/** Ethernet and IPv4 without options. */
const IP = 14;
const TCP = IP + 20;

/**
 * Writes a little-endian pcap of Ethernet and IPv4 again with TCP segments of at most `size` bytes,
 * as a network card cuts what the loopback interface carries in one piece.
 */
export function resegment(from: string, to: string, size: number): void {
  const bytes = readFileSync(from);
  const out = openSync(to, 'w');
  try {
    writeSync(out, bytes, 0, FILE_HEADER);
    for (let at = FILE_HEADER; at + RECORD <= bytes.length; ) {
      const captured = bytes.readUInt32LE(at + 8);
      const frame = bytes.subarray(at + RECORD, at + RECORD + captured);
      writeSync(out, Buffer.concat(cut(bytes.subarray(at, at + 8), frame, size)));
      at += RECORD + captured;
    }
  } finally {
    closeSync(out);
  }
}

function cut(time: Buffer, frame: Buffer, size: number): Buffer[] {
  const headers = TCP + (frame[TCP + 12]! >> 4) * 4;
  const data = frame.subarray(headers);
  const parts: Buffer[] = [];
  for (let at = 0; at === 0 || at < data.length; at += size) {
    const part = data.subarray(at, at + size);
    const record = Buffer.alloc(8);
    record.writeUInt32LE(headers + part.length, 0);
    record.writeUInt32LE(headers + part.length, 4);
    const head = Buffer.from(frame.subarray(0, headers));
    head.writeUInt16BE(headers - IP + part.length, IP + 2);
    head.writeInt32BE((frame.readInt32BE(TCP + 4) + at) | 0, TCP + 4);
    parts.push(time, record, head, part);
  }
  return parts;
}
