import { LinkType, type Packet } from '../capture/packet.ts';

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
/** 802.1Q, 802.1ad, and the tag that came before it. */
const VLAN_TAGS: readonly number[] = [0x8100, 0x88a8, 0x9100];
const MAX_VLAN_TAGS = 8;

/** Where the IP header of a packet is; -1 when it has none that is known here. */
export function ipOffset({ linkType, view, start, end }: Packet): number {
  switch (linkType) {
    case LinkType.ETHERNET:
      return behindEthertype(view, start + 12, end);
    case LinkType.LINUX_SLL:
      return behindEthertype(view, start + 14, end);
    case LinkType.LINUX_SLL2:
      // The protocol comes first here, the addresses behind it.
      return end - start >= 20 && isIp(view.getUint16(start)) ? start + 20 : -1;
    case LinkType.NULL:
    case LinkType.LOOP:
      // The address family is in the byte order of whoever captured; the IP version says the same.
      return versionAt(view, start + 4, end);
    case LinkType.RAW:
    case LinkType.RAW_BSD:
    case LinkType.RAW_OPENBSD:
    case LinkType.IPV4:
    case LinkType.IPV6:
      return versionAt(view, start, end);
    default:
      return -1;
  }
}

function behindEthertype(view: DataView, start: number, end: number): number {
  let at = start;
  for (let tags = 0; at + 2 <= end && tags <= MAX_VLAN_TAGS; tags++, at += 4) {
    const type = view.getUint16(at);
    if (isIp(type)) return at + 2;
    if (!VLAN_TAGS.includes(type)) return -1;
  }
  return -1;
}

function isIp(type: number): boolean {
  return type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6;
}

function versionAt(view: DataView, at: number, end: number): number {
  if (at >= end) return -1;
  const version = view.getUint8(at) >> 4;
  return version === 4 || version === 6 ? at : -1;
}
