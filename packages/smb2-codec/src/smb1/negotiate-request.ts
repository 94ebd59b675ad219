import type { Codec } from '@tsmbd/ms-dtyp';
import { Smb1Command } from './command.ts';
import { negotiateHeader, smb1Header } from './header.ts';

/** Dialect strings of an SMB1 NEGOTIATE that ask for SMB2, [MS-SMB2] 3.3.5.3. */
export const Smb1Dialect = { SMB_2_002: 'SMB 2.002', SMB_2_WILDCARD: 'SMB 2.???', NT_LM_0_12: 'NT LM 0.12' } as const;

/**
 * SMB_COM_NEGOTIATE request, which multi-protocol clients send first, [MS-CIFS] 2.2.4.52.1 and
 * [MS-SMB2] 2.2.3.
 */
export interface Smb1NegotiateRequest {
  /** SMB_Header fields of [MS-CIFS] 2.2.3.1. */
  readonly flags: number;
  readonly flags2: number;
  readonly treeId: number;
  /** PIDLow. */
  readonly processId: number;
  readonly userId: number;
  readonly multiplexId: number;
  /** In the client's order. */
  readonly dialects: readonly string[];
}

const BUFFER_FORMAT_DIALECT = 0x02;
const NO_SECURITY_FEATURES = new Uint8Array(8);

/** SMB1 NEGOTIATE request, [MS-CIFS] 2.2.4.52.1. Any other SMB1 message is an error. */
export const smb1NegotiateRequest: Codec<Smb1NegotiateRequest> = {
  name: 'SMB_COM_NEGOTIATE Request',
  section: '[MS-CIFS] 2.2.4.52.1',
  decode(r) {
    const { flags, flags2, treeId, processId, userId, multiplexId } = negotiateHeader(r);
    const wordCount = r.u8('WordCount');
    if (wordCount !== 0) r.fail('WordCount', `${wordCount}, must be 0`, r.position - 1);
    const byteCount = r.u16('ByteCount');
    const list = r.sub('SMB_COM_NEGOTIATE Request', r.offset, byteCount, 'Dialects');
    const dialects: string[] = [];
    for (let i = 0; list.remaining > 0; i++) {
      list.enter('Dialects', i);
      const format = list.u8('BufferFormat');
      if (format !== BUFFER_FORMAT_DIALECT) list.fail('BufferFormat', `${format}, must be 2`, list.position - 1);
      const zero = list.bytes.indexOf(0, list.position);
      if (zero < 0 || zero >= list.end) list.fail('DialectString', 'no terminating zero');
      dialects.push(String.fromCharCode(...list.take(zero - list.position, 'DialectString').subarray(0, 256)));
      list.skip(1, 'DialectString');
      list.leave();
    }
    return { flags, flags2, treeId, processId, userId, multiplexId, dialects };
  },
  encode(w, m) {
    const { flags, flags2, treeId, processId, userId, multiplexId } = m;
    smb1Header.encode(w, {
      command: Smb1Command.NEGOTIATE,
      status: 0,
      flags,
      flags2,
      processIdHigh: 0,
      securityFeatures: NO_SECURITY_FEATURES,
      treeId,
      processId,
      userId,
      multiplexId,
    });
    w.u8(0);
    const at = w.position;
    w.u16(0);
    for (const dialect of m.dialects) {
      w.u8(BUFFER_FORMAT_DIALECT);
      for (let i = 0; i < dialect.length; i++) w.u8(dialect.charCodeAt(i));
      w.u8(0);
    }
    w.patch16(at, w.position - at - 2);
  },
};
