import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compressMessage } from '@tsmbd/smb-compression';
import { Command, encodeMessage, HeaderFlags, CompressionAlgorithmId as Id, makeHeader } from '@tsmbd/smb2-codec';
import { missingPeers } from '@tsmbd/tool-test';
import test from 'ava';

/**
 * One Ethernet frame of a TCP connection from port 445, with a pcap record before it. Checksums are
 * left at zero.
 */
function frame(message: Uint8Array, sequence: number): Buffer {
  const record = Buffer.alloc(16 + 54 + 4);
  const length = 54 + 4 + message.length;
  record.writeUInt32LE(length, 8);
  record.writeUInt32LE(length, 12);
  record.writeUInt16BE(0x0800, 16 + 12);
  const ip = 16 + 14;
  record.writeUInt8(0x45, ip);
  record.writeUInt16BE(length - 14, ip + 2);
  record.writeUInt8(64, ip + 8);
  record.writeUInt8(6, ip + 9);
  record.writeUInt32BE(0x7f00_0001, ip + 12);
  record.writeUInt32BE(0x7f00_0001, ip + 16);
  const tcp = ip + 20;
  record.writeUInt16BE(445, tcp);
  record.writeUInt16BE(50_000, tcp + 2);
  record.writeUInt32BE(sequence, tcp + 4);
  record.writeUInt8(0x50, tcp + 12);
  record.writeUInt8(0x18, tcp + 13);
  record.writeUInt32BE(message.length, tcp + 20);
  return Buffer.concat([record, message]);
}

function samples(): Uint8Array[] {
  const text = Buffer.from('the quick brown fox jumps over the lazy dog, again and again. '.repeat(400));
  const runs = Buffer.concat([Buffer.alloc(5000, 0xaa), text.subarray(0, 9000), Buffer.alloc(3000)]);
  const skewed = Buffer.from(Array.from({ length: 20_000 }, (_, i) => ((i * i) % 7) | ((i % 13) << 3)));
  return [text, runs, skewed];
}

const KINDS = [
  { name: 'LZNT1', algorithms: [Id.LZNT1], chained: false },
  { name: 'LZ77', algorithms: [Id.LZ77], chained: false },
  { name: 'LZ77+Huffman', algorithms: [Id.LZ77_HUFFMAN], chained: false },
  { name: 'LZNT1 in a chain with patterns', algorithms: [Id.LZNT1, Id.PATTERN_V1], chained: true },
  { name: 'LZ77 in a chain with patterns', algorithms: [Id.LZ77, Id.PATTERN_V1], chained: true },
  { name: 'LZ77+Huffman in a chain with patterns', algorithms: [Id.LZ77_HUFFMAN, Id.PATTERN_V1], chained: true },
];

const withTshark = missingPeers(['tshark']).length === 0 ? test : test.skip;

for (const { name, algorithms, chained } of KINDS) {
  withTshark(`tshark decompresses what we compress: ${name}`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'tsmbd-compression-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    const header = Buffer.alloc(24);
    header.writeUInt32LE(0xa1b2_c3d4, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.writeUInt32LE(0x4_0000, 16);
    header.writeUInt32LE(1, 20);
    let sequence = 1;
    const frames = samples().map((data, i) => {
      const message = encodeMessage([
        {
          header: makeHeader({ command: Command.READ, flags: HeaderFlags.SERVER_TO_REDIR, messageId: BigInt(i) }),
          body: { kind: 'response', command: 'READ', value: { dataRemaining: 0, flags: 0, data } },
        },
      ]);
      const compressed = compressMessage(message, { algorithms, chained, uncompressed: 80 })!;
      t.true(compressed.length < message.length * 0.8, `${compressed.length} of ${message.length}`);
      const bytes = frame(compressed, sequence);
      sequence += compressed.length + 4;
      return bytes;
    });
    const file = join(folder, 'compressed.pcap');
    writeFileSync(file, Buffer.concat([header, ...frames]));
    const out = execFileSync('tshark', ['-n', '-r', file, '-T', 'fields', '-e', 'data.data'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    t.deepEqual(
      out.trim().split('\n'),
      samples().map((data) => Buffer.from(data).toString('hex')),
    );
  });
}
