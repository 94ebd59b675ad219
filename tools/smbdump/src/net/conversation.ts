import type { Arrival } from './arrival.ts';
import type { Frame } from './framing.ts';
import { DEFAULT_TCP_LIMITS, type TcpLimits } from './tcp-direction.ts';

/**
 * What carries messages between a client and a server: a TCP connection, or a pair of RDMA queues.
 */
export interface Conversation {
  /** Running number in the capture, from 0. */
  readonly index: number;
  readonly transport: 'tcp' | 'roce' | 'iwarp';
  /** `address:port`; the client's first once it is known which is which. */
  client: string;
  server: string;
}

/** Takes the messages of all conversations. */
export interface MessageSink {
  /** `frame` is valid during the call; it was whole when that packet came. */
  message(conversation: Conversation, fromClient: boolean, frame: Frame, arrival: Arrival): void;
  keep?(conversation: Conversation, bytes: Uint8Array, start: number, end: number, length: number): number;
  lost?(conversation: Conversation, length: number, why: 'gap' | 'no SMB'): void;
  closed?(conversation: Conversation): void;
}

/** Limits of what is kept of the connections of a capture. */
export interface TableLimits extends TcpLimits {
  readonly maxConnections: number;
  /** Bytes that may wait in all connections together. */
  readonly maxBuffered: number;
  /**
   * Bytes that a connection of an unknown port may have without any SMB message before it is passed
   * over.
   */
  readonly maxWithoutSmb: number;
}

export const DEFAULT_TABLE_LIMITS: TableLimits = {
  ...DEFAULT_TCP_LIMITS,
  maxConnections: 16_384,
  maxBuffered: 256 << 20,
  maxWithoutSmb: 1 << 20,
};
