/**
 * One captured packet. Readers reuse the object and its buffer: both are valid only during the call
 * that hands it over.
 */
export interface Packet {
  /** Running number in the capture, from 1, as Wireshark counts frames. */
  number: number;
  /** Microseconds since 1970, with a fraction where the capture is finer. */
  timeUs: number;
  /** LINKTYPE_*, https://www.tcpdump.org/linktypes.html. */
  linkType: number;
  /** The captured bytes are `bytes[start, end)`. */
  bytes: Uint8Array;
  view: DataView;
  start: number;
  end: number;
  /** Bytes that the packet had on the wire; more than captured where a snapshot length cut it. */
  wireLength: number;
}

/** Takes what a reader finds. */
export interface CaptureSink {
  packet(packet: Packet): void;
  /** Secrets of a pcapng Decryption Secrets Block: its type and data. */
  secrets?(type: number, data: Uint8Array): void;
  /** Something about the capture that its reader could not take as it is. */
  problem?(text: string): void;
}

/**
 * A capture that no reader understands, or one that is broken so that nothing behind the place can
 * be read.
 */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
}

/** LINKTYPE_* that are read here. */
export const LinkType = {
  NULL: 0,
  ETHERNET: 1,
  RAW_BSD: 12,
  RAW_OPENBSD: 14,
  RAW: 101,
  LOOP: 108,
  LINUX_SLL: 113,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
} as const;
