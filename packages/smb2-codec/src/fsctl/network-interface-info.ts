import type { Codec, Reader, Writer } from '@tsmbd/ms-dtyp';
import { formatIpv6, parseIpv4, parseIpv6 } from '../ip-address.ts';

/** Capability bits of an interface, [MS-SMB2] 2.2.32.5. */
export const InterfaceCapability = { RSS_CAPABLE: 0x0000_0001, RDMA_CAPABLE: 0x0000_0002 } as const;

/** An address in a SOCKADDR_STORAGE, [MS-SMB2] 2.2.32.5.1. */
export type InterfaceAddress =
  | { readonly family: 'ipv4'; readonly address: string; readonly port: number }
  | {
      readonly family: 'ipv6';
      readonly address: string;
      readonly port: number;
      readonly flowInfo: number;
      readonly scopeId: number;
    }
  /** An address of any other family: the family's number and the 126 bytes behind it. */
  | { readonly family: 'other'; readonly code: number; readonly bytes: Uint8Array };

/** One address of one interface, NETWORK_INTERFACE_INFO, [MS-SMB2] 2.2.32.5. */
export interface NetworkInterfaceInfo {
  readonly ifIndex: number;
  /** Bits of InterfaceCapability. */
  readonly capability: number;
  /** Bits per second. */
  readonly linkSpeed: bigint;
  readonly sockAddr: InterfaceAddress;
}

/** Bytes of a NETWORK_INTERFACE_INFO. */
const SIZE = 152;
const STORAGE_SIZE = 128;
const AF_INET = 0x0002;
const AF_INET6 = 0x0017;

/**
 * Response of FSCTL_QUERY_NETWORK_INTERFACE_INFO, [MS-SMB2] 2.2.32.5: a list. The request has no
 * data.
 */
export const networkInterfaceInfo: Codec<readonly NetworkInterfaceInfo[]> = {
  name: 'NETWORK_INTERFACE_INFO',
  section: '[MS-SMB2] 2.2.32.5',
  decode(r) {
    const list: NetworkInterfaceInfo[] = [];
    if (r.remaining === 0) return list;
    for (let i = 0; ; i++) {
      const start = r.position;
      r.enter('', i);
      const next = r.u32('Next');
      const ifIndex = r.u32('IfIndex');
      const capability = r.u32('Capability');
      r.skip(4, 'Reserved');
      const linkSpeed = r.u64('LinkSpeed');
      list.push({ ifIndex, capability, linkSpeed, sockAddr: decodeAddress(r) });
      r.leave();
      if (next === 0) return list;
      if (next < SIZE || next > r.end - start)
        r.fail('Next', `${next}, must be ${SIZE} or more and in the list`, start);
      r.position = start + next;
    }
  },
  encode(w, list) {
    list.forEach((m, i) => {
      w.u32(i + 1 < list.length ? SIZE : 0);
      w.u32(m.ifIndex);
      w.u32(m.capability);
      w.zero(4);
      w.u64(m.linkSpeed);
      encodeAddress(w, m.sockAddr);
    });
  },
};

function decodeAddress(r: Reader): InterfaceAddress {
  const start = r.position;
  const code = r.u16('Family');
  if (code !== AF_INET && code !== AF_INET6) {
    return { family: 'other', code, bytes: r.take(STORAGE_SIZE - 2, 'Buffer') };
  }
  // The port is the only big-endian field.
  const port = (r.u8('Port') << 8) | r.u8('Port');
  let address: InterfaceAddress;
  if (code === AF_INET) {
    address = { family: 'ipv4', address: r.take(4, 'IPv4Address').join('.'), port };
  } else {
    const flowInfo = r.u32('FlowInfo');
    const text = formatIpv6(r.take(16, 'IPv6Address'));
    address = { family: 'ipv6', address: text, port, flowInfo, scopeId: r.u32('ScopeId') };
  }
  r.skip(start + STORAGE_SIZE - r.position, 'Reserved');
  return address;
}

function encodeAddress(w: Writer, m: InterfaceAddress): void {
  const start = w.position;
  if (m.family === 'other') {
    w.u16(m.code);
    w.bytes(m.bytes);
  } else {
    w.u16(m.family === 'ipv4' ? AF_INET : AF_INET6);
    w.u8(m.port >> 8);
    w.u8(m.port & 0xff);
    if (m.family === 'ipv4') {
      w.bytes(parseIpv4(m.address));
    } else {
      w.u32(m.flowInfo);
      w.bytes(parseIpv6(m.address));
      w.u32(m.scopeId);
    }
  }
  w.zero(start + STORAGE_SIZE - w.position);
}
