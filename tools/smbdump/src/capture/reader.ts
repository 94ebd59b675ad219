import { CaptureError, type CaptureSink, type Packet } from './packet.ts';
import { isPcapMagic, PcapFormat } from './pcap.ts';
import { isPcapngMagic, PcapngFormat } from './pcapng.ts';

/** One capture format: takes whole blocks out of a window of the file. */
export interface CaptureFormat {
  /**
   * Reads one record at `start`. Returns the index behind it; -1 when more bytes are needed. Throws
   * CaptureError when the file is broken here.
   */
  read(bytes: Uint8Array, view: DataView, start: number, end: number, sink: CaptureSink): number;
}

/** The largest record that is believed, in bytes; tcpdump writes no packet of more than 256 KiB. */
export const MAX_RECORD = 1 << 26;

/**
 * Reads a capture that arrives in pieces of any size: classic pcap (both byte orders, micro- and
 * nanoseconds) and pcapng. What a piece leaves incomplete is kept, at most MAX_RECORD bytes of it.
 */
export class CaptureReader {
  readonly #sink: CaptureSink;
  #format: CaptureFormat | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  /** The bytes of `#rest` that are in use. */
  #kept = 0;

  constructor(sink: CaptureSink) {
    this.#sink = sink;
  }

  /**
   * Reads what `piece` completes. The packets handed to the sink are views of it, or of the
   * reader's own buffer.
   */
  push(piece: Uint8Array): void {
    // A Buffer's slice is a view, where everything behind this expects a copy.
    const bytes = new Uint8Array(piece.buffer, piece.byteOffset, piece.length);
    let at = 0;
    // Only the record that lies across the border is copied: grow the kept part until it is whole.
    while (this.#kept > 0 && at < bytes.length) {
      const count = Math.min(bytes.length - at, Math.max(this.#kept, 4096));
      this.#keep(bytes, at, at + count);
      at += count;
      const kept = this.#kept;
      const used = this.#read(this.#rest, 0, kept);
      if (used === 0) continue;
      // What of the kept bytes is unread came from this piece, unless the piece was eaten whole.
      const unread = kept - used;
      if (unread <= at) {
        at -= unread;
        this.#kept = 0;
      } else {
        this.#rest.copyWithin(0, used, kept);
        this.#kept = unread;
      }
    }
    if (at >= bytes.length) return;
    const used = this.#read(bytes, at, bytes.length);
    this.#keep(bytes, at + used, bytes.length);
  }

  /** Tells that no more will come; reports what was cut off. */
  end(): void {
    if (this.#format === undefined) {
      throw new CaptureError(this.#kept === 0 ? 'the file is empty' : `${this.#kept} bytes are no capture`);
    }
    if (this.#kept > 0) this.#sink.problem?.(`the last record is cut: ${this.#kept} bytes of it are there`);
    this.#kept = 0;
  }

  /** Reads whole records of `bytes[start, end)`; returns how many bytes they had. */
  #read(bytes: Uint8Array, start: number, end: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = start;
    if (this.#format === undefined) {
      if (end - at < 24) return 0;
      this.#format = formatOf(view.getUint32(at, true));
    }
    for (;;) {
      const next = this.#format.read(bytes, view, at, end, this.#sink);
      if (next < 0) break;
      at = next;
    }
    if (end - at > MAX_RECORD) throw new CaptureError(`a record of more than ${MAX_RECORD} bytes`);
    return at - start;
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#kept + end - start;
    if (length > this.#rest.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#rest.length, 1 << 16));
      larger.set(this.#rest.subarray(0, this.#kept));
      this.#rest = larger;
    }
    this.#rest.set(bytes.subarray(start, end), this.#kept);
    this.#kept = length;
  }
}

function formatOf(magic: number): CaptureFormat {
  if (isPcapMagic(magic)) return new PcapFormat();
  if (isPcapngMagic(magic)) return new PcapngFormat();
  throw new CaptureError(`a file that begins with 0x${magic.toString(16).padStart(8, '0')} is no pcap and no pcapng`);
}

/** A packet for a reader to fill again and again. */
export function emptyPacket(): Packet {
  const bytes = new Uint8Array(0);
  return {
    number: 0,
    timeUs: 0,
    linkType: 1,
    bytes,
    view: new DataView(bytes.buffer),
    start: 0,
    end: 0,
    wireLength: 0,
  };
}
