import { CodecError, Reader } from '@tsmbd/ms-dtyp';
import { Command, type Header, HeaderFlags, header, NtStatus } from '@tsmbd/smb2-codec';
import type { Arrival } from '../net/arrival.ts';
import type { Conversation, MessageSink } from '../net/conversation.ts';
import type { Frame } from '../net/framing.ts';
import type { TrackerContext } from './conversation-security.ts';
import { ConversationState } from './conversation-state.ts';
import { KeyRing } from './key-ring.ts';
import type { OpenState, RequestState, SessionState, TreeState } from './model.ts';
import type { Pdu, PduKind, PduSink, SignatureState } from './pdu.ts';
import { Unwrapper } from './unwrap.ts';

/** How to follow a capture. */
export interface TrackerOptions {
  readonly keys?: KeyRing;
  /**
   * Whether the data of READ and WRITE are wanted; without them it is faster. They are by default.
   */
  readonly payloads?: boolean;
}

/** Elements of one compound; more is no real message, and their headers alone would be 64 KiB. */
const MAX_ELEMENTS = 1024;

/**
 * Follows conversations, sessions, trees and opens, and hands on every request and response with
 * what it is about.
 */
export class Tracker implements MessageSink {
  readonly #sink: PduSink;
  readonly #payloads: boolean;
  readonly #context: TrackerContext;
  readonly #states = new Map<number, ConversationState>();
  #index = 0;
  #lastState: ConversationState | undefined;

  constructor(sink: PduSink, options: TrackerOptions = {}) {
    this.#sink = sink;
    this.#payloads = options.payloads ?? true;
    this.#context = { keys: options.keys ?? new KeyRing(), sessions: new Map(), nextOpen: 0 };
  }

  /**
   * Of a large READ or WRITE only the fields are kept, unless its bytes are wanted for more than
   * counting.
   */
  keep(conversation: Conversation, bytes: Uint8Array, start: number, end: number, length: number): number {
    if (this.#payloads || end - start < 64) return length;
    if (bytes[start] === 0xfd) return this.#context.keys.isEmpty ? 64 : length;
    if (bytes[start] !== 0xfe || length <= 128) return length;
    const isCompound = (bytes[start + 20]! | bytes[start + 21]! | bytes[start + 22]! | bytes[start + 23]!) !== 0;
    const isResponse = (bytes[start + 16]! & HeaderFlags.SERVER_TO_REDIR) !== 0;
    const command = bytes[start + 12]!;
    const isBulk = isResponse ? command === Command.READ : command === Command.WRITE;
    if (!isBulk || isCompound) return length;
    const isSigned = (bytes[start + 16]! & HeaderFlags.SIGNED) !== 0;
    return isSigned && this.#state(conversation).security.canVerify ? length : 112;
  }

  message(conversation: Conversation, fromClient: boolean, frame: Frame, arrival: Arrival): void {
    const state = this.#state(conversation);
    const bytes = frame.bytes.subarray(frame.start, frame.end);
    const unwrapped = new Unwrapper(state, fromClient).unwrap(bytes, frame.length);
    const common: Common = {
      frame: arrival.number,
      timeUs: arrival.timeUs,
      conversation,
      fromClient,
      message: unwrapped.bytes,
      sealed: unwrapped.sealed,
      compressed: unwrapped.compressed,
      wireLength: frame.length,
    };
    if (unwrapped.kind !== 'smb2') {
      const problem = unwrapped.problem ?? (frame.length > bytes.length ? 'cut' : undefined);
      const { kind, length, session } = unwrapped;
      const request = kind === 'smb1' ? state.smb1(bytes, fromClient, arrival.number, arrival.timeUs) : undefined;
      this.#whole(common, { kind, length, session, problem, request });
      return;
    }
    this.#elements(state, common, unwrapped.length, unwrapped.session);
  }

  lost(conversation: Conversation, length: number, why: 'gap' | 'no SMB'): void {
    this.#sink.lost?.(conversation, length, why);
  }

  closed(conversation: Conversation): void {
    this.#states.delete(conversation.index);
    if (this.#lastState?.conversation === conversation) this.#lastState = undefined;
    this.#sink.closed?.(conversation);
  }

  #state(conversation: Conversation): ConversationState {
    if (this.#lastState?.conversation === conversation) return this.#lastState;
    let state = this.#states.get(conversation.index);
    if (state === undefined) {
      state = new ConversationState(conversation, this.#context);
      this.#states.set(conversation.index, state);
    }
    this.#lastState = state;
    return state;
  }

  /** A message that is no SMB2, or cannot be opened. */
  #whole(common: Common, own: Omit<Own, 'start' | 'end'>): void {
    const latencyUs = common.fromClient ? undefined : latencyOf(common, own.request);
    this.#emit(common, { ...own, start: 0, end: common.message.length, latencyUs });
  }

  #elements(state: ConversationState, common: Common, length: number, sealedFor: SessionState | undefined): void {
    const { message } = common;
    const view = new DataView(message.buffer, message.byteOffset, message.length);
    const starts = splitLeniently(view);
    state.beginMessage();
    for (let i = 0; i < starts.length; i++) {
      const start = starts[i]!;
      const isLast = i + 1 === starts.length;
      const end = isLast ? message.length : starts[i + 1]!;
      const whole = isLast ? Math.max(length, message.length) - start : end - start;
      const place: Place = { element: i, elements: starts.length, start, end, length: whole };
      let head: Header;
      try {
        head = header.decode(new Reader(message, header.name, start, end, start, view));
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
        this.#emit(common, { ...place, kind: 'malformed', session: sealedFor, problem: error.message });
        continue;
      }
      this.#element(state, common, place, head, view);
    }
  }

  #element(state: ConversationState, common: Common, place: Place, head: Header, view: DataView): void {
    const isResponse = (head.flags & HeaderFlags.SERVER_TO_REDIR) !== 0;
    const { start, end, length } = place;
    const isWhole = end - start === length;
    const element = { head, message: common.message, view, start, end, isWhole };
    const session = state.session(head.sessionId);
    // The signature of a final SESSION_SETUP Response needs the keys that it leads to.
    const about = isResponse
      ? state.response(element, session, common.timeUs)
      : state.request(element, session, common.frame, common.timeUs);
    let signature: SignatureState = 'none';
    if ((head.flags & HeaderFlags.SIGNED) !== 0 && !common.sealed) {
      signature = isWhole
        ? state.security.verify(about.session ?? session, common.message.subarray(start, end))
        : 'unchecked';
    }
    const { request } = about;
    this.#emit(common, {
      ...place,
      kind: 'smb2',
      header: head,
      signature,
      session: about.session ?? session,
      tree: about.tree,
      open: about.open,
      request,
      latencyUs: isResponse ? latencyOf(common, request) : undefined,
      isInterim:
        isResponse && head.status === NtStatus.STATUS_PENDING && (head.flags & HeaderFlags.ASYNC_COMMAND) !== 0,
      problem:
        about.problem ?? (isWhole || !this.#payloads ? undefined : `${length - (end - start)} bytes are missing`),
    });
  }

  #emit(common: Common, own: Own): void {
    const pdu: Pdu = {
      kind: own.kind,
      index: this.#index++,
      frame: common.frame,
      timeUs: common.timeUs,
      conversation: common.conversation,
      fromClient: common.fromClient,
      element: own.element ?? 0,
      elements: own.elements ?? 1,
      header: own.header,
      message: common.message,
      start: own.start,
      end: own.end,
      length: own.length,
      wireLength: common.wireLength,
      sealed: common.sealed,
      compressed: common.compressed,
      signature: own.signature ?? 'none',
      session: own.session,
      tree: own.tree,
      open: own.open,
      request: own.request,
      latencyUs: own.latencyUs,
      isInterim: own.isInterim ?? false,
      problem: own.problem,
    };
    this.#sink.pdu(pdu);
  }
}

/**
 * Microseconds since the request. A capture of several queues may have an answer before its
 * request's last segment.
 */
function latencyOf({ timeUs }: Common, request: RequestState | undefined): number | undefined {
  return request && Math.max(0, timeUs - request.timeUs);
}

/** What the elements of a message have in common. */
interface Common {
  readonly frame: number;
  readonly timeUs: number;
  readonly conversation: Conversation;
  readonly fromClient: boolean;
  readonly message: Uint8Array;
  readonly sealed: boolean;
  readonly compressed: boolean;
  readonly wireLength: number;
}

interface Place {
  readonly element: number;
  readonly elements: number;
  readonly start: number;
  readonly end: number;
  readonly length: number;
}

interface Own {
  readonly kind: PduKind;
  readonly start: number;
  readonly end: number;
  readonly length: number;
  readonly element?: number;
  readonly elements?: number;
  readonly header?: Header;
  readonly signature?: SignatureState;
  readonly session?: SessionState | undefined;
  readonly tree?: TreeState | undefined;
  readonly open?: OpenState | undefined;
  readonly request?: RequestState | undefined;
  readonly latencyUs?: number | undefined;
  readonly isInterim?: boolean;
  readonly problem?: string | undefined;
}

/**
 * Where the elements of a message begin. What NextCommand says wrongly ends the compound there: the
 * rest is one element.
 */
function splitLeniently(view: DataView): readonly number[] {
  if (view.byteLength < 24 || view.getUint32(20, true) === 0) return ONE;
  const starts = [0];
  for (let at = 0; starts.length < MAX_ELEMENTS; ) {
    if (at + 24 > view.byteLength) break;
    const next = view.getUint32(at + 20, true);
    if (next < 64 || next > view.byteLength - at - 4) break;
    at += next;
    starts.push(at);
  }
  return starts;
}

const ONE: readonly number[] = [0];
