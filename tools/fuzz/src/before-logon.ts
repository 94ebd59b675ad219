import { connect, type Socket } from 'node:net';
import type { Corpus } from './corpus.ts';
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';

/**
 * One connection without a logon. It sends `count` mutated frames, sometimes after a NEGOTIATE that
 * is not mutated, and sometimes with a wrong length before them. Resolves when the server has
 * closed the connection, or has sent nothing for a while.
 */
export function attackBeforeLogon(
  port: number,
  count: number,
  corpus: Corpus,
  random: Random,
  tally: Tally,
): Promise<void> {
  const parts: Uint8Array[] = [];
  if (!random.oneIn(4)) parts.push(framed(random.pick(corpus.negotiates), 0));
  for (let i = 0; i < count; i++) {
    const frame = mutate(
      random.pick(random.oneIn(3) ? corpus.negotiates : corpus.frames),
      random.pick(corpus.frames),
      random,
    );
    parts.push(framed(frame, random.oneIn(50) ? random.below(64) - 32 : 0));
  }
  return new Promise((resolve) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let rest = Buffer.alloc(0);
    socket.setTimeout(QUIET_MS, () => socket.destroy());
    socket.on('connect', () => socket.end(Buffer.concat(parts)));
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readUIntBE(1, 3)) {
        const message = rest.subarray(4, 4 + rest.readUIntBE(1, 3));
        rest = rest.subarray(4 + message.length);
        if (message.length >= 64 && message[0] === 0xfe) tally.status(message.readUInt32LE(8));
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      tally.sent('before', count);
      tally.connections++;
      resolve();
    });
  });
}

/** The message after its length, to which `error` is added. */
function framed(message: Uint8Array, error: number): Uint8Array {
  const frame = Buffer.alloc(4 + message.length);
  frame.writeUInt32BE(Math.max(0, message.length + error));
  frame.set(message, 4);
  return frame;
}

const QUIET_MS = 300;
