import { CaptureError, type CaptureSink } from './packet.ts';
import { type CaptureFormat, emptyPacket, MAX_RECORD } from './reader.ts';

const MICRO = 0xa1b2c3d4;
const NANO = 0xa1b23c4d;
const MICRO_SWAPPED = 0xd4c3b2a1;
const NANO_SWAPPED = 0x4d3cb2a1;

/** Whether a little-endian u32 is the magic of a classic pcap. */
export function isPcapMagic(magic: number): boolean {
  return magic === MICRO || magic === NANO || magic === MICRO_SWAPPED || magic === NANO_SWAPPED;
}

/**
 * Classic pcap, draft-ietf-opsawg-pcap: a 24-byte header, then records of 16 bytes and the packet.
 */
export class PcapFormat implements CaptureFormat {
  #little = true;
  #nano = false;
  #linkType = -1;
  readonly #packet = emptyPacket();

  read(bytes: Uint8Array, view: DataView, start: number, end: number, sink: CaptureSink): number {
    if (this.#linkType < 0) return this.#fileHeader(view, start, end);
    if (end - start < 16) return -1;
    const little = this.#little;
    const captured = view.getUint32(start + 8, little);
    const wireLength = view.getUint32(start + 12, little);
    if (captured > MAX_RECORD - 16)
      throw new CaptureError(`packet ${this.#packet.number + 1} claims ${captured} bytes`);
    const next = start + 16 + captured;
    if (next > end) return -1;
    const packet = this.#packet;
    const fraction = view.getUint32(start + 4, little);
    packet.number++;
    packet.timeUs = view.getUint32(start, little) * 1e6 + (this.#nano ? fraction / 1000 : fraction);
    packet.linkType = this.#linkType;
    packet.bytes = bytes;
    packet.view = view;
    packet.start = start + 16;
    packet.end = next;
    packet.wireLength = Math.max(wireLength, captured);
    sink.packet(packet);
    return next;
  }

  #fileHeader(view: DataView, start: number, end: number): number {
    if (end - start < 24) return -1;
    const magic = view.getUint32(start, true);
    this.#little = magic === MICRO || magic === NANO;
    this.#nano = magic === NANO || magic === NANO_SWAPPED;
    // The upper bits say whether frames end with a check sum; nothing here looks so far.
    this.#linkType = view.getUint32(start + 20, this.#little) & 0xffff;
    return start + 24;
  }
}
