import { closeSync, openSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { Analyzer } from './analyzer.ts';

/** Bytes read at a time. */
const PIECE = 4 << 20;

/**
 * Feeds a file to an analyser, gzipped or not, and ends it. Throws what the file system and
 * CaptureReader throw.
 */
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

/** The same for a stream that may never end: every piece is analysed when it arrives. */
export async function analyzeStream(stream: AsyncIterable<Uint8Array>, analyzer: Analyzer): Promise<void> {
  const pieces = stream[Symbol.asyncIterator]();
  const first = await pieces.next();
  const all = async function* (): AsyncGenerator<Uint8Array> {
    for (let piece = first; piece.done !== true; piece = await pieces.next()) yield piece.value;
  };
  if (first.done !== true && isGzip(first.value)) await gunzip(analyzer, all);
  else for await (const piece of all()) analyzer.push(piece);
  analyzer.end();
}

async function gunzip(
  analyzer: Analyzer,
  pieces: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const stream = createGunzip();
  const fed = (async () => {
    for await (const piece of pieces()) {
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
