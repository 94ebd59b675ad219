import type { Header } from '@tsmbd/smb2-codec';
import type { Conversation } from '../net/conversation.ts';
import type { OpenState, RequestState, SessionState, TreeState } from './model.ts';

/** What a PDU is: an element of a plain SMB2 message, or a message that stays closed. */
export type PduKind = 'smb2' | 'smb1' | 'sealed' | 'compressed' | 'malformed';

/**
 * Whether a signature is there and right; `unchecked` where the key is not known or bytes are
 * missing.
 */
export type SignatureState = 'none' | 'unchecked' | 'good' | 'bad';

/**
 * One request or response. Its bytes are valid during the call that hands it over; the states it
 * points to live on and change.
 */
export interface Pdu {
  readonly kind: PduKind;
  /** Running number in the capture, from 0. */
  readonly index: number;
  /** Number of the latest packet that it came in, from 1. */
  readonly frame: number;
  readonly timeUs: number;
  readonly conversation: Conversation;
  readonly fromClient: boolean;
  /** Its place in the compound and how many elements that has. */
  readonly element: number;
  readonly elements: number;
  /** Of `smb2` only. */
  readonly header: Header | undefined;
  /** The plain message; the element is `[start, end)` of it. */
  readonly message: Uint8Array;
  readonly start: number;
  readonly end: number;
  /**
   * Bytes of the element when it is whole, and of the transport's message it came in (counted at
   * element 0).
   */
  readonly length: number;
  readonly wireLength: number;
  readonly sealed: boolean;
  readonly compressed: boolean;
  readonly signature: SignatureState;
  readonly session: SessionState | undefined;
  readonly tree: TreeState | undefined;
  readonly open: OpenState | undefined;
  /** A request's own record, or that of the request that a response answers. */
  readonly request: RequestState | undefined;
  /** Of a response: microseconds since its request. */
  readonly latencyUs: number | undefined;
  /** A response with STATUS_PENDING: the answer itself comes later. */
  readonly isInterim: boolean;
  /** What is wrong with it. */
  readonly problem: string | undefined;
}

/**
 * Takes the PDUs of a capture, those of one conversation in its order: an answer behind its
 * request. What waited for a segment that is missing comes later than other conversations' PDUs,
 * and keeps its frame and time.
 */
export interface PduSink {
  pdu(pdu: Pdu): void;
  /** Bytes of a conversation that could not be read as messages. */
  lost?(conversation: Conversation, length: number, why: 'gap' | 'no SMB'): void;
  closed?(conversation: Conversation): void;
}
