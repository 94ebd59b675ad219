import type { Codec, Reader, Writer } from '@tsmbd/ms-dtyp';

/** Types of negotiate contexts, [MS-SMB2] 2.2.3.1. */
export const NegotiateContextType = {
  PREAUTH_INTEGRITY_CAPABILITIES: 0x0001,
  ENCRYPTION_CAPABILITIES: 0x0002,
  COMPRESSION_CAPABILITIES: 0x0003,
  NETNAME_NEGOTIATE_CONTEXT_ID: 0x0005,
  TRANSPORT_CAPABILITIES: 0x0006,
  RDMA_TRANSFORM_CAPABILITIES: 0x0007,
  SIGNING_CAPABILITIES: 0x0008,
  CONTEXTTYPE_RESERVED: 0x0100,
  /** POSIX extensions (POSIX-FSA), not in [MS-SMB2]. */
  POSIX_EXTENSIONS: 0x0100,
} as const;

/** One negotiate context with its data still encoded, [MS-SMB2] 2.2.3.1. */
export interface NegotiateContext {
  /** One of NegotiateContextType, or unknown. */
  readonly contextType: number;
  readonly data: Uint8Array;
}

/** SMB2 NEGOTIATE_CONTEXT, [MS-SMB2] 2.2.3.1, without the padding behind it. */
export const negotiateContext: Codec<NegotiateContext> = {
  name: 'NEGOTIATE_CONTEXT',
  section: '[MS-SMB2] 2.2.3.1',
  decode(r) {
    const contextType = r.u16('ContextType');
    const dataLength = r.u16('DataLength');
    r.skip(4, 'Reserved');
    return { contextType, data: r.take(dataLength, 'Data') };
  },
  encode(w, m) {
    w.u16(m.contextType);
    w.u16(m.data.length);
    w.zero(4);
    w.bytes(m.data);
  },
};

/**
 * NegotiateContextList: `count` contexts from `offset` (counted from the reader's base) on, each at
 * a multiple of 8. Every context takes at least 8 bytes, so the message's size bounds the work.
 */
export function decodeNegotiateContexts(r: Reader, offset: number, count: number): readonly NegotiateContext[] {
  if (count === 0) return [];
  if (offset < r.offset) r.fail('NegotiateContextOffset', `${offset} lies inside the fixed part`);
  if (offset % 8 !== 0) r.complain('NegotiateContextOffset', `${offset} is not a multiple of 8`);
  if (offset > r.end - r.base) r.fail('NegotiateContextOffset', `${offset}, message has ${r.end - r.base}`);
  const structure = r.structure;
  r.structure = negotiateContext.name;
  r.position = r.base + offset;
  const contexts: NegotiateContext[] = [];
  const mark = r.mark();
  try {
    for (let i = 0; i < count; i++) {
      r.align(8);
      r.enter('NegotiateContextList', i, negotiateContext);
      contexts.push(negotiateContext.decode(r));
      r.leave();
    }
  } catch (error) {
    r.recover(error, mark);
  }
  r.structure = structure;
  return contexts;
}

/**
 * Writes the contexts, each at a multiple of 8 counted from the writer's base. Nothing is written
 * behind the last one.
 */
export function encodeNegotiateContexts(w: Writer, contexts: readonly NegotiateContext[]): void {
  for (const context of contexts) {
    w.align(8);
    negotiateContext.encode(w, context);
  }
}
