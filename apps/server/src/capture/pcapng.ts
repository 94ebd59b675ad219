/** Block types and options, draft-ietf-opsawg-pcapng. */
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;
const OPTION_COMMENT = 1;
/** shb_userappl. */
const OPTION_APPLICATION = 4;
const LINKTYPE_RAW = 101;

/**
 * The beginning of a pcapng: a section with a comment and one interface of raw IP, whose times are
 * microseconds.
 */
export function fileHeader(comment: string, application: string): Buffer {
  const section = Buffer.alloc(16);
  section.writeUInt32LE(BYTE_ORDER, 0);
  section.writeUInt16LE(1, 4);
  // The section's length is not known.
  section.writeBigInt64LE(-1n, 8);
  const nic = Buffer.alloc(8);
  nic.writeUInt16LE(LINKTYPE_RAW, 0);
  const options = [option(OPTION_COMMENT, comment), option(OPTION_APPLICATION, application), END_OF_OPTIONS];
  return Buffer.concat([block(SECTION_HEADER, [section, ...options]), block(INTERFACE, [nic])]);
}

/**
 * One packet.
 *
 * @param timeUs microseconds since 1970
 */
export function packetBlock(timeUs: number, packet: readonly Uint8Array[], comment?: string): Buffer {
  const length = packet.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.alloc(20);
  head.writeUInt32LE(Math.floor(timeUs / 2 ** 32), 4);
  head.writeUInt32LE(Math.floor(timeUs) % 2 ** 32, 8);
  head.writeUInt32LE(length, 12);
  head.writeUInt32LE(length, 16);
  const options = comment === undefined ? [] : [option(OPTION_COMMENT, comment), END_OF_OPTIONS];
  return block(ENHANCED_PACKET, [head, ...packet, Buffer.alloc(-length & 3), ...options]);
}

/** A block: type, length, body, length. */
function block(type: number, body: readonly Uint8Array[]): Buffer {
  const length = 12 + body.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, ...body, head.subarray(4)], length);
}

function option(code: number, text: string): Buffer {
  const value = Buffer.from(text, 'utf8').subarray(0, 0xffff);
  const bytes = Buffer.alloc(4 + value.length + (-value.length & 3));
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt16LE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

const END_OF_OPTIONS = Buffer.alloc(4);
