import { readFileSync } from 'node:fs';
import { CompressionAlgorithmId } from '@tsmbd/smb2-codec';
import { compressionAlgorithm } from '../src/index.ts';

/**
 * Measures each algorithm over a file (the running Node's text by default) in parts of 1 MiB: node
 * bench/speed.ts [FILE].
 */
const all = readFileSync(process.argv[2] ?? process.execPath);
const file = all.subarray(0, 32 << 20);
const PART = 1 << 20;

for (const name of ['LZ4', 'LZ77', 'LZNT1', 'LZ77_HUFFMAN'] as const) {
  const { compress, decompress } = compressionAlgorithm(CompressionAlgorithmId[name]);
  const parts: { size: number; compressed: Uint8Array }[] = [];
  const started = performance.now();
  for (let at = 0; at < file.length; at += PART) {
    const part = file.subarray(at, at + PART);
    parts.push({ size: part.length, compressed: compress(part, part.length * 2)! });
  }
  const between = performance.now();
  for (const { size, compressed } of parts) decompress(compressed, size);
  const ended = performance.now();
  const bytes = parts.reduce((sum, { compressed }) => sum + compressed.length, 0);
  const speed = (ms: number): string => `${(file.length / 1000 / ms).toFixed(0)} MB/s`;
  const ratio = `${((100 * bytes) / file.length).toFixed(1)} %`;
  console.log(name.padEnd(14), 'compress', speed(between - started), 'decompress', speed(ended - between), ratio);
}
