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
   * Called with each message, without its length prefix. The bytes are the caller's until `release`
   * is called, once; they may be changed in place. A message that is never released costs memory,
   * not correctness.
   */
  onMessage: (message: Uint8Array, release: () => void) => void;
  /** Called once, when nothing more is received or sent. `reason` is for the log. */
  onClose: (reason: string) => void;
  /**
   * Sends one message. The first segment begins with 4 bytes of room for the length prefix, which
   * are filled here; the segments stay untouched until `done`, which is called also when the
   * connection closes first.
   */
  send(segments: readonly Uint8Array[], done?: () => void): void;
  /** Bytes that were sent and the peer's TCP has not taken yet. */
  readonly bufferedBytes: number;
  /** No message is delivered until `resume`, and the peer is made to wait. */
  pause(): void;
  /**
   * Goes on delivering; messages that were received already may be delivered before this returns.
   */
  resume(): void;
  /**
   * The longest message that is accepted from now on, in bytes; a longer one closes the connection.
   */
  setMaxMessageSize(bytes: number): void;
  /**
   * Closes after what was sent has been taken by the peer, or some seconds later. Nothing is
   * delivered any more.
   */
  close(reason: string): void;
  /** Closes now. What was not sent yet is lost. */
  destroy(reason: string): void;
}

/** Limits of every connection, in bytes and milliseconds. */
export interface TransportLimits {
  /**
   * The longest message at first; `setMaxMessageSize` changes it when the peer is known. Default
   * 128 KiB.
   */
  readonly maxMessageSize?: number;
  /** Reading pauses while more than this waits to be sent. Default 16 MiB. */
  readonly maxBufferedBytes?: number;
  /**
   * A connection on which no message came for so long since it was made is closed. Default 30 s.
   */
  readonly firstMessageTimeoutMs?: number;
  /** A message that was begun and not finished for so long closes the connection. Default 60 s. */
  readonly messageTimeoutMs?: number;
  /** A peer that takes nothing of what is sent for so long is closed. Default 120 s. */
  readonly writeTimeoutMs?: number;
}

export const DEFAULT_LIMITS: Required<TransportLimits> = {
  maxMessageSize: 128 * 1024,
  maxBufferedBytes: 16 * 1024 * 1024,
  firstMessageTimeoutMs: 30_000,
  messageTimeoutMs: 60_000,
  writeTimeoutMs: 120_000,
};

/** The limits that are given, and the defaults. */
export function limitsOf(given: TransportLimits): Required<TransportLimits> {
  const limits: Record<string, number> = { ...DEFAULT_LIMITS };
  for (const name of Object.keys(DEFAULT_LIMITS)) limits[name] = given[name as keyof TransportLimits] ?? limits[name]!;
  return limits as unknown as Required<TransportLimits>;
}
