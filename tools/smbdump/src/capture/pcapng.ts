import { CaptureError, type CaptureSink } from './packet.ts';
import { type CaptureFormat, emptyPacket, MAX_RECORD } from './reader.ts';

/** Block types, draft-ietf-opsawg-pcapng. */
export const BlockType = {
  INTERFACE: 1,
  PACKET: 2,
  SIMPLE_PACKET: 3,
  ENHANCED_PACKET: 6,
  DECRYPTION_SECRETS: 10,
  SECTION_HEADER: 0x0a0d0d0a,
} as const;

const BYTE_ORDER = 0x1a2b3c4d;
const BYTE_ORDER_SWAPPED = 0x4d3c2b1a;
const OPTION_IF_TSRESOL = 9;
const OPTION_IF_TSOFFSET = 14;
/** Interfaces of one section; more is no real capture. */
const MAX_INTERFACES = 65_536;

/**
 * Whether a little-endian u32 begins a pcapng; the Section Header's type reads the same both ways.
 */
export function isPcapngMagic(magic: number): boolean {
  return magic === BlockType.SECTION_HEADER;
}

interface Interface {
  readonly linkType: number;
  readonly snapLength: number;
  /** Units of a time stamp in a microsecond. */
  readonly unitsPerUs: number;
  readonly offsetUs: number;
}

/**
 * pcapng: sections of either byte order, their interfaces, packets (enhanced, simple, obsolete) and
 * secrets.
 */
export class PcapngFormat implements CaptureFormat {
  #little = true;
  #interfaces: Interface[] = [];
  readonly #packet = emptyPacket();

  read(bytes: Uint8Array, view: DataView, start: number, end: number, sink: CaptureSink): number {
    if (end - start < 12) return -1;
    let type = view.getUint32(start, this.#little);
    if (view.getUint32(start, true) === BlockType.SECTION_HEADER) {
      type = BlockType.SECTION_HEADER;
      this.#section(view, start);
    }
    const length = view.getUint32(start + 4, this.#little);
    if (length < 12 || length % 4 !== 0 || length > MAX_RECORD) {
      throw new CaptureError(`block of ${length} bytes behind packet ${this.#packet.number}`);
    }
    const next = start + length;
    if (next > end) return -1;
    // A block ends with its length once more; what is between is its body.
    const body = start + 8;
    const bodyEnd = next - 4;
    switch (type) {
      case BlockType.INTERFACE:
        this.#interface(view, body, bodyEnd, sink);
        break;
      case BlockType.ENHANCED_PACKET:
      case BlockType.PACKET:
        if (bodyEnd - body >= 20) this.#enhanced(type, bytes, view, body, bodyEnd, sink);
        break;
      case BlockType.SIMPLE_PACKET:
        if (bodyEnd - body >= 4) this.#simple(bytes, view, body, bodyEnd, sink);
        break;
      case BlockType.DECRYPTION_SECRETS:
        if (bodyEnd - body >= 8) this.#secrets(bytes, view, body, bodyEnd, sink);
        break;
      default:
    }
    return next;
  }

  #section(view: DataView, start: number): void {
    const order = view.getUint32(start + 8, true);
    if (order !== BYTE_ORDER && order !== BYTE_ORDER_SWAPPED) throw new CaptureError('a section without byte order');
    this.#little = order === BYTE_ORDER;
    this.#interfaces = [];
  }

  #interface(view: DataView, at: number, end: number, sink: CaptureSink): void {
    // Even a broken one takes a number, or the packets of the next would be read as its own.
    let linkType = -1;
    let snapLength = 0;
    let unitsPerUs = 1;
    let offsetUs = 0;
    if (end - at >= 8) {
      linkType = view.getUint16(at, this.#little);
      snapLength = view.getUint32(at + 4, this.#little);
      for (let option = at + 8; option + 4 <= end; ) {
        const code = view.getUint16(option, this.#little);
        const length = view.getUint16(option + 2, this.#little);
        if (code === 0 || option + 4 + length > end) break;
        if (code === OPTION_IF_TSRESOL && length >= 1) unitsPerUs = unitsOf(view.getUint8(option + 4));
        if (code === OPTION_IF_TSOFFSET && length >= 8) {
          offsetUs = Number(view.getBigInt64(option + 4, this.#little)) * 1e6;
        }
        option += 4 + length + (-length & 3);
      }
    }
    if (this.#interfaces.length >= MAX_INTERFACES) throw new CaptureError('too many interfaces');
    if (linkType < 0) sink.problem?.(`interface ${this.#interfaces.length} has no description`);
    this.#interfaces.push({ linkType, snapLength, unitsPerUs, offsetUs });
  }

  /** The obsolete Packet Block differs only in how it holds the interface. */
  #enhanced(type: number, bytes: Uint8Array, view: DataView, at: number, end: number, sink: CaptureSink): void {
    const little = this.#little;
    const id = type === BlockType.PACKET ? view.getUint16(at, little) : view.getUint32(at, little);
    const nic = this.#interfaces[id];
    const captured = Math.min(view.getUint32(at + 12, little), end - at - 20);
    const packet = this.#packet;
    packet.number++;
    if (nic === undefined) {
      sink.problem?.(`packet ${packet.number} is of interface ${id}, which is not described`);
      return;
    }
    // Divided first: nanoseconds since 1970 are more than a double holds.
    const high = view.getUint32(at + 4, little) * (2 ** 32 / nic.unitsPerUs);
    packet.timeUs = high + view.getUint32(at + 8, little) / nic.unitsPerUs + nic.offsetUs;
    packet.linkType = nic.linkType;
    packet.bytes = bytes;
    packet.view = view;
    packet.start = at + 20;
    packet.end = at + 20 + captured;
    packet.wireLength = Math.max(captured, view.getUint32(at + 16, little));
    sink.packet(packet);
  }

  /** Has neither interface nor time: the first interface's, and the time of the packet before. */
  #simple(bytes: Uint8Array, view: DataView, at: number, end: number, sink: CaptureSink): void {
    const packet = this.#packet;
    packet.number++;
    const nic = this.#interfaces[0];
    if (nic === undefined) return;
    const wireLength = view.getUint32(at, this.#little);
    const snapped = nic.snapLength === 0 ? wireLength : Math.min(wireLength, nic.snapLength);
    packet.linkType = nic.linkType;
    packet.bytes = bytes;
    packet.view = view;
    packet.start = at + 4;
    packet.end = at + 4 + Math.min(snapped, end - at - 4);
    packet.wireLength = wireLength;
    sink.packet(packet);
  }

  #secrets(bytes: Uint8Array, view: DataView, at: number, end: number, sink: CaptureSink): void {
    const length = Math.min(view.getUint32(at + 4, this.#little), end - at - 8);
    sink.secrets?.(view.getUint32(at, this.#little), bytes.slice(at + 8, at + 8 + length));
  }
}

/** if_tsresol: a power of ten, or of two when the top bit is set, of a second. */
function unitsOf(resolution: number): number {
  const exponent = resolution & 0x7f;
  return (resolution & 0x80) === 0 ? 10 ** (exponent - 6) : 2 ** exponent / 1e6;
}
