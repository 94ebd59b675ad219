import { closeSync, existsSync, openSync, readSync, writeSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { BIG_FILE, ownFileOf } from '../files.ts';
import { Field, HEADER, Operation, PREFIX } from './protocol.ts';

/**
 * `node tools/bench/src/floor/main.ts PORT FOLDER`: the least that a file server in Node can do. It
 * has no protocol to speak of, no accounts and no state, and answers with bytes that `readSync`
 * puts into a buffer that is there already. What it does a second is the most that can be asked of
 * a server on one event loop.
 */
const [port, folder] = process.argv.slice(2);
const files = [openSync(join(folder!, BIG_FILE), 'r')];
for (let client = 0; existsSync(join(folder!, ownFileOf(client))); client++) {
  files.push(openSync(join(folder!, ownFileOf(client)), 'r+'));
}

/** Response buffers that no socket holds, of HEADER + 8 MiB at most, by size. */
const idle = new Map<number, Buffer[]>();

function answer(socket: Socket, payload: number, fill: (target: Buffer) => void): void {
  const size = PREFIX + HEADER + payload;
  const list = idle.get(size) ?? [];
  if (!idle.has(size)) idle.set(size, list);
  const buffer = list.pop() ?? Buffer.alloc(size);
  buffer.writeUInt32BE(HEADER + payload, 0);
  fill(buffer);
  socket.write(buffer, () => list.push(buffer));
}

/** The part of a request that has not arrived, and where a WRITE's next bytes go. */
class Connection {
  readonly #socket: Socket;
  readonly #header = Buffer.alloc(PREFIX + HEADER);
  #have = 0;
  #file = 0;
  #position = 0;
  /** Bytes of a WRITE's data that are still to come. */
  #left = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  received(chunk: Buffer): void {
    this.#socket.cork();
    for (let at = 0; at < chunk.length; ) {
      at += this.#left > 0 ? this.#data(chunk, at) : this.#head(chunk, at);
    }
    this.#socket.uncork();
  }

  #head(chunk: Buffer, at: number): number {
    const count = chunk.copy(this.#header, this.#have, at);
    this.#have += count;
    if (this.#have === this.#header.length) {
      this.#have = 0;
      this.#begin();
    }
    return count;
  }

  #begin(): void {
    const fields = this.#header.subarray(PREFIX);
    const file = files[fields.readUInt32LE(Field.FILE)]!;
    const length = fields.readUInt32LE(Field.LENGTH);
    const position = fields.readDoubleLE(Field.OFFSET);
    if (fields.readUInt32LE(Field.OPERATION) === Operation.READ) {
      answer(this.#socket, length, (target) => readSync(file, target, PREFIX + HEADER, length, position));
      return;
    }
    this.#file = file;
    this.#position = position;
    this.#left = length;
  }

  #data(chunk: Buffer, at: number): number {
    const count = Math.min(this.#left, chunk.length - at);
    writeSync(this.#file, chunk, at, count, this.#position);
    this.#position += count;
    this.#left -= count;
    if (this.#left === 0) answer(this.#socket, 0, () => undefined);
    return count;
  }
}

const server = createServer({ noDelay: true }, (socket) => {
  const connection = new Connection(socket);
  socket.on('data', (chunk) => connection.received(chunk as Buffer));
  // A client that ends in the middle of an answer is no reason to end.
  socket.on('error', () => socket.destroy());
});
server.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => {
  for (const file of files) closeSync(file);
  process.exit(0);
});
