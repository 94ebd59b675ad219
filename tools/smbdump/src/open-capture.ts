import { closeSync, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Analyzer } from './analyzer.ts';

/** Bytes read at a time. */
const PIECE = 4 << 20;

/** Feeds a file to an analyser, gzipped or not, and ends it. Throws what the file system and CaptureReader throw. */
export async function analyzeFile(path: string, analyzer: Analyzer): Promise<void> {
  const file = openSync(path, 'r');
  try {
    const piece = new Uint8Array(PIECE);
    let count = readSync(file, piece);
    if (isGzip(piece.subarray(0, count))) {
      await gunzip(analyzer, function* () {
        // zlib holds on to what it is given until it has used it.
        for (; count > 0; count = readSync(file, piece)) yield piece.slice(0, count);
      });
    } else {
      for (; count > 0; count = readSync(file, piece)) analyzer.push(piece.subarray(0, count));
    }
    analyzer.end();
  } finally {
    closeSync(file);
  }
}

/** The same for a stream that may never end, such as tcpdump's: every piece is analysed when it arrives. */
export async function analyzeStream(stream: Readable, analyzer: Analyzer): Promise<void> {
  for await (const piece of stream) analyzer.push(piece as Uint8Array);
  analyzer.end();
}

async function gunzip(analyzer: Analyzer, pieces: () => Iterable<Uint8Array>): Promise<void> {
  const stream = createGunzip();
  const fed = (async () => {
    for (const piece of pieces()) {
      if (!stream.write(piece)) await new Promise((resolve) => stream.once('drain', resolve));
    }
    stream.end();
  })();
  for await (const piece of stream) analyzer.push(piece as Uint8Array);
  await fed;
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
