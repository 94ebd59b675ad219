import type { Codec, Reader } from '@tsmbd/ms-dtyp';
import { Smb1Command } from './command.ts';

/** 0xFF 'S' 'M' 'B' as a little-endian u32. */
const SMB1_PROTOCOL_ID = 0x424d53ff;

/** Bits of Flags, [MS-CIFS] 2.2.3.1. */
export const Smb1Flags = { REPLY: 0x80 } as const;

/** Bits of Flags2, [MS-CIFS] 2.2.3.1 and [MS-SMB] 2.2.3.1. */
export const Smb1Flags2 = { EXTENDED_SECURITY: 0x0800, NT_STATUS: 0x4000, UNICODE: 0x8000 } as const;

/** SMB_Header, [MS-CIFS] 2.2.3.1. */
export interface Smb1Header {
  /** One of Smb1Command. */
  readonly command: number;
  /**
   * An NTSTATUS with Smb1Flags2.NT_STATUS, otherwise an SMBSTATUS: class, reserved, 16 bits of
   * code.
   */
  readonly status: number;
  /** Bits of Smb1Flags. */
  readonly flags: number;
  /** Bits of Smb1Flags2. */
  readonly flags2: number;
  readonly processIdHigh: number;
  /** 8 bytes: a signature, or fields for connectionless transports. */
  readonly securityFeatures: Uint8Array;
  readonly treeId: number;
  /** PIDLow. */
  readonly processId: number;
  readonly userId: number;
  readonly multiplexId: number;
}

/** SMB_Header, [MS-CIFS] 2.2.3.1. */
export const smb1Header: Codec<Smb1Header> = {
  name: 'SMB_Header',
  section: '[MS-CIFS] 2.2.3.1',
  decode(r) {
    r.constant32(SMB1_PROTOCOL_ID, 'Protocol');
    const command = r.u8('Command');
    const status = r.u32('Status');
    const flags = r.u8('Flags');
    const flags2 = r.u16('Flags2');
    const processIdHigh = r.u16('PIDHigh');
    const securityFeatures = r.take(8, 'SecurityFeatures');
    r.skip(2, 'Reserved');
    return {
      command,
      status,
      flags,
      flags2,
      processIdHigh,
      securityFeatures,
      treeId: r.u16('TID'),
      processId: r.u16('PIDLow'),
      userId: r.u16('UID'),
      multiplexId: r.u16('MID'),
    };
  },
  encode(w, m) {
    w.u32(SMB1_PROTOCOL_ID);
    w.u8(m.command);
    w.u32(m.status);
    w.u8(m.flags);
    w.u16(m.flags2);
    w.u16(m.processIdHigh);
    w.bytes(m.securityFeatures);
    w.zero(2);
    w.u16(m.treeId);
    w.u16(m.processId);
    w.u16(m.userId);
    w.u16(m.multiplexId);
  },
};

/** The header of an SMB_COM_NEGOTIATE; any other command is a CodecError. */
export function negotiateHeader(r: Reader): Smb1Header {
  const start = r.position;
  const head = smb1Header.decode(r);
  if (head.command !== Smb1Command.NEGOTIATE) {
    r.fail('Command', `${head.command}, must be ${Smb1Command.NEGOTIATE}`, start + COMMAND);
  }
  return head;
}

/** Bytes before the fields that say what a message is. */
const COMMAND = 4;
const FLAGS = 9;

/** What the first ten bytes of an SMB1 message say about it; undefined if there are fewer bytes. */
export function smb1KindOf(bytes: Uint8Array): { readonly command: number; readonly isResponse: boolean } | undefined {
  if (bytes.length <= FLAGS) return undefined;
  return { command: bytes[COMMAND]!, isResponse: (bytes[FLAGS]! & Smb1Flags.REPLY) !== 0 };
}
