import type { Socket } from 'node:net';
import type { WriteLater, WriteNow } from './transport.ts';

/** Node's own ways around its stream. Without them, Node's stream writes everything. */
export interface Writers {
  /** For messages of up to 64 KiB. */
  readonly writeNow?: WriteNow | undefined;
  /** For messages of more than 1 MiB. */
  readonly writeLater?: WriteLater | undefined;
}

interface Waiting {
  readonly segments: readonly Uint8Array[];
  readonly done: (() => void) | undefined;
}

/**
 * Writes messages to a socket, one behind the other, each in the way that suits its length. To copy
 * a long message into the socket takes milliseconds, so another thread does that.
 */
export class Outbox {
  readonly #socket: Socket;
  readonly #writers: Writers;
  /** Called when less waits than before, and no long message. */
  readonly #went: () => void;
  /** A long message is being written, and these wait behind it. */
  #isLong = false;
  #behind: Waiting[] = [];
  #bytes = 0;
  #taken = 0;

  constructor(socket: Socket, writers: Writers, went: () => void) {
    this.#socket = socket;
    this.#writers = writers;
    this.#went = went;
    socket.on('drain', () => {
      if (!this.#isLong) went();
    });
  }

  /** A long message is being written. */
  get isLong(): boolean {
    return this.#isLong;
  }

  /** Bytes that the system has not taken yet. */
  get bytes(): number {
    return this.#socket.writableLength + this.#bytes;
  }

  /** A number that rises whenever the system takes something. */
  get progress(): number {
    return this.#taken + this.#socket.bytesWritten - this.#socket.writableLength;
  }

  /** `done` is called when the system has the bytes, or when the socket is closed. */
  write(segments: readonly Uint8Array[], done: (() => void) | undefined): void {
    if (this.#isLong) {
      for (const segment of segments) this.#bytes += segment.length;
      this.#behind.push({ segments, done });
      return;
    }
    const [only] = segments;
    if (segments.length > 1 || only === undefined) this.#writeStream(segments, done);
    else if (only.length <= SHORT) this.#writeShort(only, done);
    else if (only.length > LONG && this.#writers.writeLater !== undefined) this.#writeLong(only, done);
    else this.#writeStream(segments, done);
  }

  #writeStream(segments: readonly Uint8Array[], done: (() => void) | undefined): void {
    const socket = this.#socket;
    const last = segments.length - 1;
    if (last > 0) socket.cork();
    for (let i = 0; i < last; i++) socket.write(segments[i]!);
    socket.write(segments[last]!, done);
    if (last > 0) socket.uncork();
  }

  #writeShort(bytes: Uint8Array, done: (() => void) | undefined): void {
    const socket = this.#socket;
    const { writeNow } = this.#writers;
    let left = bytes;
    // Behind what waits; and several messages together are one call of Node's stream.
    if (writeNow !== undefined && socket.writableLength === 0 && socket.writableCorked === 0) {
      const descriptor = descriptorOf(socket);
      const taken = descriptor === undefined ? 0 : writeNow(descriptor, bytes);
      if (taken === bytes.length) {
        done?.();
        return;
      }
      if (taken > 0) left = bytes.subarray(taken);
    }
    socket.write(left, done);
  }

  /**
   * Node's stream writes a part, and so waits until the system takes more; another thread writes as
   * much of the rest as the system takes then.
   */
  #writeLong(bytes: Uint8Array, done: (() => void) | undefined): void {
    const socket = this.#socket;
    let left = bytes;
    const took = (count: number): void => {
      left = left.subarray(count);
      this.#bytes -= count;
    };
    const next = (): void => {
      if (left.length === 0 || socket.destroyed) {
        took(left.length);
        this.#ended(done);
        return;
      }
      const part = left.subarray(0, PART);
      took(part.length);
      socket.write(part, () => void rest());
    };
    const rest = async (): Promise<void> => {
      const descriptor = descriptorOf(socket);
      if (descriptor !== undefined && left.length > PART) {
        const count = Math.max(0, await this.#writers.writeLater!(descriptor, left).catch(() => 0));
        this.#taken += count;
        took(count);
      }
      next();
    };
    this.#isLong = true;
    this.#bytes += bytes.length;
    next();
  }

  /** The long message has been written; what waits behind it goes on. */
  #ended(done: (() => void) | undefined): void {
    this.#isLong = false;
    done?.();
    const behind = this.#behind;
    this.#behind = [];
    for (const { segments, done: theirs } of behind) {
      for (const segment of segments) this.#bytes -= segment.length;
      this.write(segments, theirs);
    }
    if (!this.#isLong) this.#went();
  }
}

/** The descriptor of a socket; undefined when it is closed, or being connected. */
export function descriptorOf(socket: Socket): number | undefined {
  const { _handle: handle } = socket as unknown as { _handle: { fd: number } | null };
  return socket.connecting || handle === null || handle.fd < 0 ? undefined : handle.fd;
}

/** For longer messages, what Node's stream costs does not count. */
const SHORT = 64 * 1024;
/** To copy more than this takes longer than others should wait. */
const LONG = 1024 * 1024 + 8192;
/** So much of a long message is written by Node's stream at a time. */
const PART = 64 * 1024;
