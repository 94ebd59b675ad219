import { type Arrival, laterOf } from './arrival.ts';
import type { Frame, FrameSink } from './framing.ts';

/** Versions before 1.0 and after it are not there, [MS-SMBD] 1.7. */
const VERSION = 0x0100;
/** [MS-SMBD] 2.2.1, 2.2.2 and 2.2.3. */
const NEGOTIATE_REQUEST = 20;
const NEGOTIATE_RESPONSE = 32;
const DATA_TRANSFER = 20;
/**
 * Largest upper-layer message that is put together; peers announce their own limit, of 1 MiB or so.
 */
const MAX_FRAGMENTED = 16 << 20;

export type DirectKind = 'negotiate-request' | 'negotiate-response' | 'data' | 'unknown';

/** Puts the data of one direction's SMB Direct messages together, [MS-SMBD] 3.1.5.8. */
export class DirectReassembly {
  readonly #sink: Pick<FrameSink, 'frame' | 'lost'>;
  readonly #frame: Frame = { bytes: EMPTY, start: 0, end: 0, length: 0 };
  #parts: Uint8Array[] = [];
  #length = 0;
  /** What the last fragment said is still to come. */
  #remaining = 0;
  #isFirst = true;
  /** The latest packet of those that the message that is being put together came in. */
  #latest: Arrival | undefined;

  constructor(sink: Pick<FrameSink, 'frame' | 'lost'>) {
    this.#sink = sink;
  }

  /** Bytes that wait for the rest of their message. */
  get buffered(): number {
    return this.#length;
  }

  /** One Send: the message is `bytes[start, end)`, which was whole when that packet came. */
  message(bytes: Uint8Array, start: number, end: number, arrival: Arrival): DirectKind {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const kind = this.#isFirst ? kindOfFirst(view, start, end) : 'data';
    this.#isFirst = false;
    if (kind === 'data') return this.#data(view, bytes, start, end, arrival);
    return kind;
  }

  /** A Send is missing: what was under way cannot be finished. */
  reset(): void {
    if (this.#length > 0) this.#sink.lost(this.#length, 'gap');
    this.#clear();
  }

  #data(view: DataView, bytes: Uint8Array, start: number, end: number, arrival: Arrival): DirectKind {
    if (end - start < DATA_TRANSFER) return 'unknown';
    const remaining = view.getUint32(start + 8, true);
    const offset = view.getUint32(start + 12, true);
    const length = view.getUint32(start + 16, true);
    // Credits and keep-alives have no data.
    if (length === 0) return 'data';
    if (offset % 8 !== 0 || offset < DATA_TRANSFER || offset + length > end - start) {
      this.reset();
      return 'unknown';
    }
    const at = start + offset;
    if (this.#length > 0 && this.#remaining !== length + remaining) this.reset();
    if (this.#length === 0 && remaining === 0) {
      this.#emit(bytes, at, at + length, arrival);
      return 'data';
    }
    if (this.#length + length + remaining > MAX_FRAGMENTED) {
      this.reset();
      return 'unknown';
    }
    this.#parts.push(bytes.slice(at, at + length));
    this.#length += length;
    this.#remaining = remaining;
    const latest = laterOf(this.#latest ?? arrival, arrival);
    this.#latest = latest;
    if (remaining === 0) {
      const whole = new Uint8Array(this.#length);
      let to = 0;
      for (const part of this.#parts) {
        whole.set(part, to);
        to += part.length;
      }
      this.#clear();
      this.#emit(whole, 0, whole.length, latest);
    }
    return 'data';
  }

  #emit(bytes: Uint8Array, start: number, end: number, arrival: Arrival): void {
    const frame = this.#frame;
    frame.bytes = bytes;
    frame.start = start;
    frame.end = end;
    frame.length = end - start;
    this.#sink.frame(frame, arrival);
    frame.bytes = EMPTY;
  }

  #clear(): void {
    this.#parts = [];
    this.#length = 0;
    this.#remaining = 0;
    this.#latest = undefined;
  }
}

/** The first message of a direction is a negotiation, unless the capture began later. */
function kindOfFirst(view: DataView, start: number, end: number): DirectKind {
  const length = end - start;
  if (length < NEGOTIATE_REQUEST || view.getUint16(start, true) !== VERSION) return 'data';
  if (view.getUint16(start + 2, true) !== VERSION) return 'data';
  if (length >= NEGOTIATE_RESPONSE && view.getUint16(start + 4, true) === VERSION) return 'negotiate-response';
  return length < NEGOTIATE_RESPONSE ? 'negotiate-request' : 'data';
}

const EMPTY = new Uint8Array(0);
