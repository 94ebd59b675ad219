import type { Codec } from '@tsmbd/ms-dtyp';

/** SMB2 command codes, [MS-SMB2] 2.2.1.2. */
export const Command = {
  NEGOTIATE: 0x0000,
  SESSION_SETUP: 0x0001,
  LOGOFF: 0x0002,
  TREE_CONNECT: 0x0003,
  TREE_DISCONNECT: 0x0004,
  CREATE: 0x0005,
  CLOSE: 0x0006,
  FLUSH: 0x0007,
  READ: 0x0008,
  WRITE: 0x0009,
  LOCK: 0x000a,
  IOCTL: 0x000b,
  CANCEL: 0x000c,
  ECHO: 0x000d,
  QUERY_DIRECTORY: 0x000e,
  CHANGE_NOTIFY: 0x000f,
  QUERY_INFO: 0x0010,
  SET_INFO: 0x0011,
  OPLOCK_BREAK: 0x0012,
  SERVER_TO_CLIENT_NOTIFICATION: 0x0013,
} as const;

/** SMB2_FLAGS_* of the header, [MS-SMB2] 2.2.1.2. */
export const HeaderFlags = {
  /** The message is a response. */
  SERVER_TO_REDIR: 0x0000_0001,
  /** The header is an ASYNC header, [MS-SMB2] 2.2.1.1. */
  ASYNC_COMMAND: 0x0000_0002,
  /** This request of a compound uses the session, tree and file of the one before it. */
  RELATED_OPERATIONS: 0x0000_0004,
  SIGNED: 0x0000_0008,
  /** Three bits of I/O priority, SMB 3.1.1. */
  PRIORITY_MASK: 0x0000_0070,
  DFS_OPERATIONS: 0x1000_0000,
  REPLAY_OPERATION: 0x2000_0000,
} as const;

/** Bytes of an SMB2 header. */
export const HEADER_SIZE = 64;

/** ProtocolId of an SMB2 header as a little-endian u32: 0xFE 'S' 'M' 'B'. */
export const SMB2_PROTOCOL_ID = 0x424d53fe;

/** SMB2 Packet Header, both the ASYNC and the SYNC form, [MS-SMB2] 2.2.1. */
export interface Header {
  readonly creditCharge: number;
  /**
   * Response: the NTSTATUS, unsigned. Request: ChannelSequence in the low 16 bits, Reserved above
   * (SMB 3.x).
   */
  readonly status: number;
  /** One of Command. */
  readonly command: number;
  /** CreditRequest of a request, CreditResponse of a response. */
  readonly credits: number;
  /** Bits of HeaderFlags. */
  readonly flags: number;
  /** Bytes from this header to the next one of the compound, 0 in the last. */
  readonly nextCommand: number;
  readonly messageId: bigint;
  /** AsyncId of an ASYNC header; 0n when the flag ASYNC_COMMAND is not set. */
  readonly asyncId: bigint;
  /** The SYNC header's Reserved field, usually a process id; 0 in an ASYNC header. */
  readonly processId: number;
  /** TreeId of a SYNC header; 0 in an ASYNC header. */
  readonly treeId: number;
  readonly sessionId: bigint;
  /** 16 bytes, a view of the decoded message. */
  readonly signature: Uint8Array;
}

/** SMB2 Packet Header, [MS-SMB2] 2.2.1.1 (ASYNC) and 2.2.1.2 (SYNC). */
export const header: Codec<Header> = {
  name: 'SMB2 Header',
  section: '[MS-SMB2] 2.2.1.1',
  decode(r) {
    r.constant32(SMB2_PROTOCOL_ID, 'ProtocolId');
    r.constant16(HEADER_SIZE, 'StructureSize');
    const creditCharge = r.u16('CreditCharge');
    const status = r.u32('Status');
    const command = r.u16('Command');
    const credits = r.u16('Credit');
    const flags = r.u32('Flags');
    const nextCommand = r.u32('NextCommand');
    const messageId = r.u64('MessageId');
    let asyncId = 0n;
    let processId = 0;
    let treeId = 0;
    if ((flags & HeaderFlags.ASYNC_COMMAND) !== 0) {
      asyncId = r.u64('AsyncId');
    } else {
      processId = r.u32('Reserved');
      treeId = r.u32('TreeId');
    }
    return {
      creditCharge,
      status,
      command,
      credits,
      flags,
      nextCommand,
      messageId,
      asyncId,
      processId,
      treeId,
      sessionId: r.u64('SessionId'),
      signature: r.take(16, 'Signature'),
    };
  },
  encode(w, m) {
    w.u32(SMB2_PROTOCOL_ID);
    w.u16(HEADER_SIZE);
    w.u16(m.creditCharge);
    w.u32(m.status);
    w.u16(m.command);
    w.u16(m.credits);
    w.u32(m.flags);
    w.u32(m.nextCommand);
    w.u64(m.messageId);
    if ((m.flags & HeaderFlags.ASYNC_COMMAND) !== 0) {
      w.u64(m.asyncId);
    } else {
      w.u32(m.processId);
      w.u32(m.treeId);
    }
    w.u64(m.sessionId);
    w.bytes(m.signature);
  },
};
