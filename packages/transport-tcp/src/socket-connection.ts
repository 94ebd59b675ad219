import type { Socket } from 'node:net';
import type { BufferPool } from './buffer-pool.ts';
import { FrameParser, PacketType } from './frame-parser.ts';
import { Outbox, type Writers } from './outbox.ts';
import type { TransportConnection, TransportLimits } from './transport.ts';

/**
 * Makes a socket that receives into the buffers of `onread`: for an accepted handle, or for a new
 * connection.
 */
export type OpenSocket = (onread: { buffer: () => Uint8Array; callback: (count: number) => boolean }) => Socket;

/** A TransportConnection over a socket that reads directly into the parser's buffers. */
export class SocketConnection implements TransportConnection {
  onMessage: (message: Uint8Array, release: () => void) => void = (_, release) => release();
  onClose: (reason: string) => void = () => {};
  /** Called before `onClose`, for code that counts connections. */
  whenClosed: () => void = () => {};
  remoteAddress = '';
  remotePort = 0;
  localAddress = '';
  localPort = 0;
  readonly #socket: Socket;
  readonly #parser: FrameParser;
  readonly #limits: Required<TransportLimits>;
  readonly #outbox: Outbox;
  /**
   * What was sent while a received chunk was being handled. It is written at the end of the chunk,
   * all at once.
   */
  #batch: { segments: readonly Uint8Array[]; done: (() => void) | undefined }[] = [];
  #batchBytes = 0;
  #inChunk = false;
  #pausedByCaller = false;
  #pausedByBuffer = false;
  #closing = false;
  #closed = false;
  #reason = 'closed by the peer';
  /** For the time limits: what `sweep` saw last. */
  #madeAt: number;
  #gotMessage = false;
  /** Undefined until `sweep` has looked at the bytes after the last message. */
  #partialSince: number | undefined;
  #writeSeen = { written: 0, since: 0 };

  constructor(open: OpenSocket, pool: BufferPool, limits: Required<TransportLimits>, now: number, writers: Writers) {
    this.#limits = limits;
    this.#madeAt = now;
    this.#parser = new FrameParser(
      {
        message: (message, release) => this.#deliver(message, release),
        sessionRequest: () => this.#writeRaw(POSITIVE_SESSION_RESPONSE),
        malformed: (reason) => this.destroy(`malformed frame: ${reason}`),
      },
      pool,
      limits.maxMessageSize,
    );
    this.#socket = open({ buffer: () => this.#parser.target(), callback: (count) => this.#received(count) });
    this.#socket.setNoDelay(true);
    this.#socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#socket.on('error', (error) => this.#note(error.message));
    this.#socket.on('end', () => this.destroy('closed by the peer'));
    this.#socket.on('close', () => this.#finish());
    this.#outbox = new Outbox(this.#socket, writers, () => this.#afterWrite());
  }

  /**
   * Fills in the addresses, which are known once the socket is connected, lets the owner set up,
   * and then receives.
   */
  begin(setUp: () => void): void {
    const socket = this.#socket;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.remotePort = socket.remotePort ?? 0;
    this.localAddress = socket.localAddress ?? '';
    this.localPort = socket.localPort ?? 0;
    setUp();
    if (!this.#isPaused()) socket.resume();
  }

  get bufferedBytes(): number {
    return this.#outbox.bytes + this.#batchBytes;
  }

  send(segments: readonly Uint8Array[], done?: () => void): void {
    const first = segments[0];
    if (first === undefined || first.length < PREFIX) throw new RangeError('no room for the length prefix');
    if (this.#closed || this.#closing) {
      done?.();
      return;
    }
    let length = -PREFIX;
    for (const segment of segments) length += segment.length;
    if (length > MAX_LENGTH) throw new RangeError(`message of ${length} bytes, at most ${MAX_LENGTH}`);
    first[0] = PacketType.MESSAGE;
    first[1] = length >>> 16;
    first[2] = length >>> 8;
    first[3] = length;
    if (!this.#inChunk) {
      this.#write(segments, done);
      return;
    }
    this.#batch.push({ segments, done });
    this.#batchBytes += length;
    if (this.#batchBytes > BATCH_BYTES) this.#flushBatch();
  }

  pause(): void {
    this.#pausedByCaller = true;
    this.#updatePaused();
  }

  resume(): void {
    this.#pausedByCaller = false;
    this.#updatePaused();
  }

  setMaxMessageSize(bytes: number): void {
    this.#parser.maxMessageSize = bytes;
  }

  close(reason: string): void {
    if (this.#closed || this.#closing) return;
    this.#note(reason);
    this.#flushBatch();
    this.#closing = true;
    this.#parser.paused = true;
    this.#endIfEmpty();
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
  }

  destroy(reason: string): void {
    if (this.#closed) return;
    this.#note(reason);
    this.#socket.destroy();
    this.#parser.destroy();
  }

  /** Closes the connection when a time limit has passed. `now` is monotonic milliseconds. */
  sweep(now: number): void {
    const { firstMessageTimeoutMs, messageTimeoutMs, writeTimeoutMs } = this.#limits;
    if (!this.#gotMessage && now - this.#madeAt > firstMessageTimeoutMs) {
      this.destroy('nothing received in time');
      return;
    }
    if (!this.#parser.partial || this.#isPaused()) this.#partialSince = undefined;
    else if (this.#partialSince === undefined) this.#partialSince = now;
    else if (now - this.#partialSince > messageTimeoutMs) this.destroy('message not finished in time');
    const written = this.#outbox.progress;
    if (this.#outbox.bytes === 0 || written !== this.#writeSeen.written) {
      this.#writeSeen = { written, since: now };
    } else if (now - this.#writeSeen.since > writeTimeoutMs) this.destroy('nothing taken in time');
  }

  /**
   * Called after `count` bytes were read into the parser's target. Returns false to stop reading.
   */
  #received(count: number): boolean {
    this.#inChunk = true;
    try {
      this.#parser.received(count);
    } finally {
      this.#inChunk = false;
      this.#flushBatch();
    }
    return !this.#isPaused() && !this.#closing;
  }

  #deliver(message: Uint8Array, release: () => void): void {
    this.#gotMessage = true;
    this.#partialSince = undefined;
    this.onMessage(message, release);
  }

  #flushBatch(): void {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#batchBytes = 0;
    if (batch.length === 1) {
      this.#write(batch[0]!.segments, batch[0]!.done);
      return;
    }
    this.#socket.cork();
    for (const { segments, done } of batch) this.#write(segments, done);
    this.#socket.uncork();
  }

  #write(segments: readonly Uint8Array[], done: (() => void) | undefined): void {
    this.#outbox.write(segments, done);
    if (!this.#pausedByBuffer && this.#outbox.bytes > this.#limits.maxBufferedBytes) {
      this.#pausedByBuffer = true;
      this.#updatePaused();
    }
  }

  #writeRaw(bytes: Uint8Array): void {
    this.#batch.push({ segments: [bytes], done: undefined });
  }

  /** The peer has taken some of what waited. */
  #afterWrite(): void {
    if (this.#closing) this.#endIfEmpty();
    if (!this.#pausedByBuffer || this.#outbox.bytes > this.#limits.maxBufferedBytes / 2) return;
    this.#pausedByBuffer = false;
    this.#updatePaused();
  }

  /** Ends the connection behind all that was sent, as soon as no long message is being written. */
  #endIfEmpty(): void {
    if (!this.#outbox.isLong) this.#socket.end(() => this.#socket.destroy());
  }

  #isPaused(): boolean {
    return this.#pausedByCaller || this.#pausedByBuffer;
  }

  #updatePaused(): void {
    if (this.#closed || this.#closing) return;
    const paused = this.#isPaused();
    if (paused === this.#parser.paused) return;
    this.#parser.paused = paused;
    // While a chunk is handled, the return value of #received does this.
    if (paused) {
      if (!this.#inChunk) this.#socket.pause();
      return;
    }
    if (this.#inChunk) return;
    this.#inChunk = true;
    try {
      this.#parser.parse();
    } finally {
      this.#inChunk = false;
      this.#flushBatch();
    }
    if (!this.#isPaused() && !this.#closing) this.#socket.resume();
  }

  /** The first reason counts. */
  #note(reason: string): void {
    if (this.#reason === 'closed by the peer') this.#reason = reason;
  }

  #finish(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parser.destroy();
    for (const { done } of this.#batch.splice(0)) done?.();
    this.whenClosed();
    this.onClose(this.#reason);
  }
}

const PREFIX = 4;
const MAX_LENGTH = 0xffffff;
/** A batch larger than this does not wait for the end of its chunk. */
const BATCH_BYTES = 128 * 1024;
const POSITIVE_SESSION_RESPONSE = new Uint8Array([PacketType.POSITIVE_RESPONSE, 0, 0, 0]);
const KEEP_ALIVE_MS = 60_000;
/** How long a close waits for the peer to take what was sent. */
const LINGER_MS = 5_000;
