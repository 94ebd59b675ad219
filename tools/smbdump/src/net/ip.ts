import type { Packet } from '../capture/packet.ts';
import { ipOffset } from './link.ts';

export const Protocol = { TCP: 6, UDP: 17 } as const;

/**
 * IPv6 extension headers that come before the payload and tell their length in units of 8 bytes,
 * RFC 8200 4.
 */
const EXTENSIONS: readonly number[] = [0, 43, 60, 135, 139, 140];
const FRAGMENT = 44;
const MAX_EXTENSIONS = 16;

/** The payload of an IP packet; reused from packet to packet. */
export interface IpPayload {
  version: 4 | 6;
  protocol: number;
  /** Index of the source address in the packet's bytes; the destination is right behind it. */
  addresses: number;
  start: number;
  /** Behind the payload as far as it was captured. */
  end: number;
  /** Bytes of the payload on the wire. */
  length: number;
}

export function emptyIpPayload(): IpPayload {
  return { version: 4, protocol: 0, addresses: 0, start: 0, end: 0, length: 0 };
}

/**
 * Finds the payload of a packet's IP header. False for what is no IP, cut within its headers, or a
 * fragment: what a fragment carried is missing from its stream then, which goes on behind the gap.
 */
export function readIp(packet: Packet, into: IpPayload): boolean {
  const at = ipOffset(packet);
  if (at < 0) return false;
  return packet.view.getUint8(at) >> 4 === 4 ? readIpv4(packet, at, into) : readIpv6(packet, at, into);
}

function readIpv4({ view, start, end, wireLength }: Packet, at: number, into: IpPayload): boolean {
  if (end - at < 20) return false;
  const headerLength = (view.getUint8(at) & 15) * 4;
  if (headerLength < 20 || end - at < headerLength) return false;
  // More Fragments, or an offset.
  if ((view.getUint16(at + 6) & 0x3fff) !== 0) return false;
  // Segmentation offload leaves 0 in what is longer than 64 KiB.
  const onWire = wireLength - (at - start);
  const total = view.getUint16(at + 2) || onWire;
  if (total < headerLength) return false;
  into.version = 4;
  into.protocol = view.getUint8(at + 9);
  into.addresses = at + 12;
  into.start = at + headerLength;
  into.length = Math.min(total, onWire) - headerLength;
  into.end = Math.min(end, into.start + into.length);
  return into.length >= 0;
}

function readIpv6({ view, start, end, wireLength }: Packet, at: number, into: IpPayload): boolean {
  if (end - at < 40) return false;
  const onWire = wireLength - (at - start) - 40;
  const length = Math.min(view.getUint16(at + 4) || onWire, onWire);
  let protocol = view.getUint8(at + 6);
  let position = at + 40;
  for (let i = 0; i < MAX_EXTENSIONS; i++) {
    if (protocol === FRAGMENT) {
      // An atomic fragment, RFC 6946, is a whole packet.
      if (end - position < 8 || (view.getUint16(position + 2) & 0xfff9) !== 0) return false;
      protocol = view.getUint8(position);
      position += 8;
    } else if (EXTENSIONS.includes(protocol)) {
      if (end - position < 8) return false;
      protocol = view.getUint8(position);
      position += (view.getUint8(position + 1) + 1) * 8;
    } else break;
  }
  if (position > end) return false;
  into.version = 6;
  into.protocol = protocol;
  into.addresses = at + 8;
  into.start = position;
  into.length = at + 40 + length - position;
  into.end = Math.min(end, position + into.length);
  return into.length >= 0;
}

/** The text of an address, for people: `10.0.0.1`, `fe80::1`. */
export function addressText(view: DataView, at: number, version: 4 | 6): string {
  if (version === 4) return [0, 1, 2, 3].map((i) => view.getUint8(at + i)).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(at + 2 * i).toString(16));
  // The longest run of zeros becomes `::`, RFC 5952 4.2.
  let best = { from: 0, length: 1 };
  for (let from = 0; from < 8; from++) {
    let length = 0;
    while (from + length < 8 && groups[from + length] === '0') length++;
    if (length > best.length) best = { from, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.from).join(':')}::${groups.slice(best.from + best.length).join(':')}`;
}
