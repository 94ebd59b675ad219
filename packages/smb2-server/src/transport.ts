/**
 * What the engine needs of a transport: whole messages in, whole messages out. TCP and RDMA
 * connections have this shape, and so has a pair of queues in a test.
 */
export interface Transport {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  /**
   * Called for each message; `release` gives the buffer back, and the bytes are not touched after
   * it.
   */
  onMessage: (message: Uint8Array, release: () => void) => void;
  onClose: (reason: string) => void;
  /**
   * Queues one message. The first 4 bytes of the first segment are the transport's. `done` when its
   * bytes have left.
   */
  send(segments: readonly Uint8Array[], done?: () => void): void;
  /** Bytes that were sent and have not left. */
  readonly bufferedBytes: number;
  /** Stops and restarts reading. */
  pause(): void;
  resume(): void;
  setMaxMessageSize(bytes: number): void;
  /** Closes after what was queued has left. */
  close(reason: string): void;
  destroy(reason: string): void;
}
