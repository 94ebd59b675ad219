/**
 * What the engine needs from a transport: it delivers and sends whole messages. TCP and RDMA
 * connections have this shape, and so does a pair of queues in a test.
 *
 * The engine imports no transport, so it says here what it needs of one. `apps/server` gives it the
 * connections of `@tsmbd/transport-tcp`, and the compiler holds these against it.
 */
export interface Transport {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  /**
   * Called for each message. `release` gives the buffer back; the bytes must not be used after
   * that.
   */
  onMessage: (message: Uint8Array, release: () => void) => void;
  onClose: (reason: string) => void;
  /**
   * Queues one message. The first 4 bytes of the first segment belong to the transport. `done` is
   * called when the bytes have been sent.
   */
  send(segments: readonly Uint8Array[], done?: () => void): void;
  /** Bytes that are queued and have not been sent yet. */
  readonly bufferedBytes: number;
  /** Stops reading; `resume` restarts it. */
  pause(): void;
  resume(): void;
  setMaxMessageSize(bytes: number): void;
  /** Closes the connection after everything queued has been sent. */
  close(reason: string): void;
  destroy(reason: string): void;
}
