import type { TransportConnection } from './transport.ts';

/** A connection of a memory pair, with what a test wants to observe. */
export interface MemoryConnection extends TransportConnection {
  /** No message is on its way and no message waits. */
  readonly idle: boolean;
  /** Why the connection closed; undefined while it is open. */
  readonly closeReason: string | undefined;
}

/**
 * Two ends of a connection in one process. A message arrives at the other end in a microtask, as a
 * copy. So buffers can be used again after `done`, as with sockets. Nothing depends on a clock.
 */
export function createMemoryTransportPair(): { client: MemoryConnection; server: MemoryConnection } {
  const client = new MemoryEnd('client', 50_000);
  const server = new MemoryEnd('server', 445);
  client.peer = server;
  server.peer = client;
  return { client, server };
}

class MemoryEnd implements MemoryConnection {
  onMessage: (message: Uint8Array, release: () => void) => void = (_, release) => release();
  onClose: (reason: string) => void = () => {};
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly localPort: number;
  peer!: MemoryEnd;
  closeReason: string | undefined;
  #queue: { message: Uint8Array; done: (() => void) | undefined }[] = [];
  #paused = false;
  #scheduled = false;
  #maxMessageSize = 0xffffff;

  constructor(name: string, port: number) {
    this.localAddress = name;
    this.localPort = port;
    this.remoteAddress = name === 'client' ? 'server' : 'client';
  }

  get remotePort(): number {
    return this.peer.localPort;
  }

  get idle(): boolean {
    return this.#queue.length === 0 && this.peer.#queue.length === 0;
  }

  get bufferedBytes(): number {
    return this.peer.#queue.reduce((sum, { message }) => sum + message.length, 0);
  }

  send(segments: readonly Uint8Array[], done?: () => void): void {
    if (segments[0] === undefined || segments[0].length < 4) throw new RangeError('no room for the length prefix');
    if (this.closeReason !== undefined) {
      done?.();
      return;
    }
    this.peer.#receive(new Uint8Array(Buffer.concat(segments).subarray(4)), done);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  setMaxMessageSize(bytes: number): void {
    this.#maxMessageSize = bytes;
  }

  close(reason: string): void {
    // What was sent before the close is delivered first.
    this.peer.#scheduleClose('closed by the peer');
    this.#end(reason);
  }

  destroy(reason: string): void {
    this.close(reason);
  }

  #receive(message: Uint8Array, done: (() => void) | undefined): void {
    this.#queue.push({ message, done });
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#queue.length === 0) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    if (this.#paused) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    next.done?.();
    if (this.closeReason === undefined) {
      const { length } = next.message;
      if (length === 0 || length > this.#maxMessageSize) this.destroy(`malformed frame: message of ${length} bytes`);
      else this.onMessage(next.message, () => {});
    }
    this.#schedule();
  }

  #scheduleClose(reason: string): void {
    queueMicrotask(() => {
      if (this.#queue.length > 0 && !this.#paused) this.#scheduleClose(reason);
      else this.#end(reason);
    });
  }

  #end(reason: string): void {
    if (this.closeReason !== undefined) return;
    this.closeReason = reason;
    queueMicrotask(() => this.onClose(reason));
  }
}
