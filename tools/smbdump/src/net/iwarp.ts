import { type Arrival, laterOf } from './arrival.ts';
import type { FrameSink } from './framing.ts';
import { DirectReassembly } from './smb-direct.ts';
import type { ByteSink } from './tcp-direction.ts';

/** `MPA ID Req Frame` and `MPA ID Rep Frame`, RFC 5044 7.1. */
const KEY = 'MPA ID Re';
const KEY_LENGTH = 16;
const START_FRAME = 20;
const FLAG_MARKERS = 0x80;
const MARKER_INTERVAL = 512;
const MARKER = 4;
const CRC = 4;
/** DDP and RDMAP headers, RFC 5041 4.3 and RFC 5040 4. */
const DDP_TAGGED = 0x80;
const DDP_LAST = 0x40;
const UNTAGGED_HEADER = 18;
/** RDMAP opcodes of Sends, RFC 5040 4.3. */
const SEND_OPCODES: readonly number[] = [3, 4, 5, 6];
/** A Send has at most this; peers announce a few KiB. */
const MAX_SEND = 1 << 20;

/** Whether a stream begins as MPA does. */
export function beginsMpa(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < KEY.length) return false;
  for (let i = 0; i < KEY.length; i++) if (bytes[start + i] !== KEY.charCodeAt(i)) return false;
  return true;
}

/**
 * One direction of iWARP over TCP: MPA frames, DDP segments and RDMAP Sends, in which SMB Direct's
 * messages are.
 */
export class IwarpStream implements ByteSink {
  readonly #direct: DirectReassembly;
  readonly #sink: Pick<FrameSink, 'frame' | 'lost'>;
  #buffer = new Uint8Array(0);
  #started = false;
  #broken = false;
  /** It asked in its start frame that what it receives has markers, RFC 5044 7.1. */
  wantsMarkers = false;
  /** The other direction, whose wish counts for this one. */
  peer: IwarpStream | undefined;
  /** Bytes behind the start frame, which markers are counted by. */
  #position = 0;
  #send: Uint8Array[] = [];
  #sendLength = 0;
  /** The latest packet of those that the unread bytes and the Send that is under way came in. */
  #latest: Arrival | undefined;

  constructor(sink: Pick<FrameSink, 'frame' | 'lost'>) {
    this.#sink = sink;
    this.#direct = new DirectReassembly(sink);
  }

  get #hasMarkers(): boolean {
    return this.peer?.wantsMarkers ?? false;
  }

  get buffered(): number {
    return this.#buffer.length + this.#sendLength + this.#direct.buffered;
  }

  data(bytes: Uint8Array, start: number, end: number, arrival: Arrival): void {
    if (this.#broken) {
      this.#sink.lost(end - start, 'gap');
      return;
    }
    this.#latest = laterOf(this.#latest ?? arrival, arrival);
    if (this.#started)
      this.#append(this.#hasMarkers ? this.#withoutMarkers(bytes, start, end) : bytes.subarray(start, end));
    else this.#append(bytes.subarray(start, end));
    if (!this.#started) this.#start();
    this.#frames(arrival);
  }

  /** FPDUs carry no mark to find the next one by, so behind a gap nothing can be read. */
  gap(length: number): void {
    this.#broken = true;
    this.#buffer = new Uint8Array(0);
    this.#send = [];
    this.#direct.reset();
    this.#sink.lost(length, 'gap');
  }

  #append(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.#buffer.length + bytes.length);
    joined.set(this.#buffer);
    joined.set(bytes, this.#buffer.length);
    this.#buffer = joined;
  }

  /** Passes the start frame over. Most ask for no markers. */
  #start(): void {
    if (this.#buffer.length < START_FRAME) return;
    const view = new DataView(this.#buffer.buffer);
    const length = START_FRAME + view.getUint16(KEY_LENGTH + 2);
    if (this.#buffer.length < length) return;
    this.wantsMarkers = (view.getUint8(KEY_LENGTH) & FLAG_MARKERS) !== 0;
    this.#started = true;
    const rest = this.#buffer.slice(length);
    this.#buffer = new Uint8Array(0);
    if (rest.length > 0) this.#append(this.#hasMarkers ? this.#withoutMarkers(rest, 0, rest.length) : rest);
  }

  #withoutMarkers(bytes: Uint8Array, start: number, end: number): Uint8Array {
    const kept = new Uint8Array(end - start);
    let count = 0;
    for (let i = start; i < end; i++, this.#position++) {
      if (this.#position % MARKER_INTERVAL >= MARKER) kept[count++] = bytes[i]!;
    }
    return kept.subarray(0, count);
  }

  #frames(arrival: Arrival): void {
    let at = 0;
    const { length } = this.#buffer;
    const view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, length);
    while (this.#started && at + 2 <= length) {
      const size = view.getUint16(at);
      const next = at + 2 + size + (-(2 + size) & 3) + CRC;
      if (next > length) break;
      this.#segment(view, at + 2, at + 2 + size, this.#latest ?? arrival);
      // What follows in the same packet came no later than it.
      if (this.#send.length === 0) this.#latest = arrival;
      at = next;
    }
    if (at > 0) this.#buffer = this.#buffer.slice(at);
    if (this.#buffer.length === 0 && this.#send.length === 0) this.#latest = undefined;
  }

  #segment(view: DataView, start: number, end: number, arrival: Arrival): void {
    if (end - start < UNTAGGED_HEADER) return;
    const control = view.getUint8(start);
    if ((control & DDP_TAGGED) !== 0 || !SEND_OPCODES.includes(view.getUint8(start + 1) & 0x0f)) return;
    const offset = view.getUint32(start + 14);
    if (offset !== this.#sendLength || offset + end - start > MAX_SEND) {
      this.#send = [];
      this.#sendLength = 0;
      this.#direct.reset();
      if (offset !== 0) return;
    }
    this.#send.push(this.#buffer.slice(start + UNTAGGED_HEADER, end));
    this.#sendLength += end - start - UNTAGGED_HEADER;
    if ((control & DDP_LAST) === 0) return;
    const whole = new Uint8Array(this.#sendLength);
    let at = 0;
    for (const part of this.#send) {
      whole.set(part, at);
      at += part.length;
    }
    this.#send = [];
    this.#sendLength = 0;
    this.#direct.message(whole, 0, whole.length, arrival);
  }
}
