/**
 * A connection that carries whole messages. Who gets one from `onConnection` or `connect` sets
 * `onMessage` and `onClose` before returning to the event loop.
 */
export interface TransportConnection {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /**
   * Called with each message, without its length prefix. The bytes belong to the callee until it
   * calls `release`, once; it may change them in place. A message that is never released costs
   * memory, but does no other harm.
   */
  onMessage: (message: Uint8Array, release: () => void) => void;
  /** Called once, when nothing more can be received or sent. `reason` is for the log. */
  onClose: (reason: string) => void;
  /**
   * Sends one message. The first segment begins with 4 bytes of room for the length prefix, which
   * this method fills. The caller must leave the segments unchanged until `done` is called. `done`
   * is also called if the connection closes first.
   */
  send(segments: readonly Uint8Array[], done?: () => void): void;
  /** Bytes that were sent and that the peer's TCP has not taken yet. */
  readonly bufferedBytes: number;
  /** No message is delivered until `resume` is called, and the peer has to wait. */
  pause(): void;
  /**
   * Resumes delivery. Messages that were received already may be delivered before this method
   * returns.
   */
  resume(): void;
  /**
   * The longest message that is accepted from now on, in bytes; a longer one closes the connection.
   */
  setMaxMessageSize(bytes: number): void;
  /**
   * Closes the connection when the peer has taken what was sent, or some seconds later. Nothing
   * more is delivered.
   */
  close(reason: string): void;
  /** Closes the connection now. What has not been sent yet is lost. */
  destroy(reason: string): void;
}

/**
 * Writes bytes to a socket's descriptor without waiting, as send(2) does with MSG_DONTWAIT. Returns
 * how many were taken; 0 or less if none were, for whatever reason: the connection then writes them
 * in Node's way, and learns of an error there.
 */
export type WriteNow = (descriptor: number, bytes: Uint8Array) => number;

/**
 * The same on another thread, for long messages. The bytes stay as they are until it answers. The
 * descriptor may be closed meanwhile; what is written is written to the socket that it stood for
 * when this was called.
 */
export type WriteLater = (descriptor: number, bytes: Uint8Array) => Promise<number>;

/** Limits of every connection, in bytes and milliseconds. */
export interface TransportLimits {
  /**
   * The longest message at first. `setMaxMessageSize` changes it when the peer is known. Default
   * 128 KiB.
   */
  readonly maxMessageSize?: number;
  /** Reading pauses while more bytes than this wait to be sent. Default 16 MiB. */
  readonly maxBufferedBytes?: number;
  /**
   * A connection is closed if no message has arrived for this long since it was made. Default 30 s.
   */
  readonly firstMessageTimeoutMs?: number;
  /**
   * A connection is closed if a message has begun and is not complete after this long. Default 60
   * s.
   */
  readonly messageTimeoutMs?: number;
  /**
   * A connection is closed if the peer takes nothing of what is sent for this long. Default 120 s.
   */
  readonly writeTimeoutMs?: number;
}

export const DEFAULT_LIMITS: Required<TransportLimits> = {
  maxMessageSize: 128 * 1024,
  maxBufferedBytes: 16 * 1024 * 1024,
  firstMessageTimeoutMs: 30_000,
  messageTimeoutMs: 60_000,
  writeTimeoutMs: 120_000,
};

/** The given limits, and the defaults for all others. */
export function limitsOf(given: TransportLimits): Required<TransportLimits> {
  const limits: Record<string, number> = { ...DEFAULT_LIMITS };
  for (const name of Object.keys(DEFAULT_LIMITS)) limits[name] = given[name as keyof TransportLimits] ?? limits[name]!;
  return limits as unknown as Required<TransportLimits>;
}
