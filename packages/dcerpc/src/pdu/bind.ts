import type { Reader, Writer } from '@tsmbd/ms-dtyp';
import { type SyntaxId, syntaxId } from '../syntax.ts';
import { type PduCommon, PduType } from './header.ts';

/**
 * p_cont_elem_t: an interface, and the transfer syntaxes that the client offers for it, C706
 * 12.6.3.1.
 */
export interface PresentationContext {
  readonly id: number;
  readonly abstractSyntax: SyntaxId;
  readonly transferSyntaxes: readonly SyntaxId[];
}

/** p_cont_def_result_t, C706 12.6.3.1, and negotiate_ack, [MS-RPCE] 2.2.2.4. */
export const ContextResult = { ACCEPTANCE: 0, USER_REJECTION: 1, PROVIDER_REJECTION: 2, NEGOTIATE_ACK: 3 } as const;

/** p_provider_reason_t, C706 12.6.3.1. */
export const RejectionReason = {
  NOT_SPECIFIED: 0,
  ABSTRACT_SYNTAX_NOT_SUPPORTED: 1,
  TRANSFER_SYNTAXES_NOT_SUPPORTED: 2,
  LOCAL_LIMIT_EXCEEDED: 3,
} as const;

/** The answer to one context, p_result_t. */
export interface ContextAnswer {
  /** A value of ContextResult. */
  readonly result: number;
  /** A value of RejectionReason; in a NEGOTIATE_ACK the features. */
  readonly reason: number;
  readonly transferSyntax: SyntaxId;
}

/** bind and alter_context, C706 12.6.4.3 and 12.6.4.1. */
export interface BindPdu extends PduCommon {
  readonly type: typeof PduType.BIND | typeof PduType.ALTER_CONTEXT;
  readonly maxTransmitFragment: number;
  readonly maxReceiveFragment: number;
  readonly associationGroup: number;
  readonly contexts: readonly PresentationContext[];
}

/** bind_ack and alter_context_resp, C706 12.6.4.4 and 12.6.4.2. */
export interface BindAckPdu extends PduCommon {
  readonly type: typeof PduType.BIND_ACK | typeof PduType.ALTER_CONTEXT_RESP;
  readonly maxTransmitFragment: number;
  readonly maxReceiveFragment: number;
  readonly associationGroup: number;
  /** For example `\PIPE\srvsvc`; empty in an alter_context_resp. */
  readonly secondaryAddress: string;
  readonly results: readonly ContextAnswer[];
}

/** provider_reject_reason, C706 12.6.3.1 and [MS-RPCE] 2.2.2.5. */
export const BindNakReason = {
  NOT_SPECIFIED: 0,
  TEMPORARY_CONGESTION: 1,
  LOCAL_LIMIT_EXCEEDED: 2,
  PROTOCOL_VERSION_NOT_SUPPORTED: 4,
  AUTHENTICATION_TYPE_NOT_RECOGNIZED: 8,
  INVALID_CHECKSUM: 9,
} as const;

/** bind_nak, C706 12.6.4.5. */
export interface BindNakPdu extends PduCommon {
  readonly type: typeof PduType.BIND_NAK;
  /** A value of BindNakReason. */
  readonly reason: number;
}

export function readBind(r: Reader, type: BindPdu['type'], common: PduCommon): BindPdu {
  const maxTransmitFragment = r.u16('max_xmit_frag');
  const maxReceiveFragment = r.u16('max_recv_frag');
  const associationGroup = r.u32('assoc_group_id');
  const count = r.u8('n_context_elem');
  r.skip(3, 'reserved');
  const contexts: PresentationContext[] = [];
  for (let i = 0; i < count; i++) {
    const id = r.u16('p_cont_id');
    const syntaxes = r.u8('n_transfer_syn');
    r.skip(1, 'reserved');
    const abstractSyntax = syntaxId.decode(r);
    const transferSyntaxes: SyntaxId[] = [];
    for (let n = 0; n < syntaxes; n++) transferSyntaxes.push(syntaxId.decode(r));
    contexts.push({ id, abstractSyntax, transferSyntaxes });
  }
  return { ...common, type, maxTransmitFragment, maxReceiveFragment, associationGroup, contexts };
}

export function writeBind(w: Writer, pdu: BindPdu): void {
  w.u16(pdu.maxTransmitFragment);
  w.u16(pdu.maxReceiveFragment);
  w.u32(pdu.associationGroup);
  w.u8(pdu.contexts.length);
  w.zero(3);
  for (const context of pdu.contexts) {
    w.u16(context.id);
    w.u8(context.transferSyntaxes.length);
    w.u8(0);
    syntaxId.encode(w, context.abstractSyntax);
    for (const syntax of context.transferSyntaxes) syntaxId.encode(w, syntax);
  }
}

export function readBindAck(r: Reader, type: BindAckPdu['type'], common: PduCommon): BindAckPdu {
  const maxTransmitFragment = r.u16('max_xmit_frag');
  const maxReceiveFragment = r.u16('max_recv_frag');
  const associationGroup = r.u32('assoc_group_id');
  const address = r.take(r.u16('sec_addr.length'), 'sec_addr');
  r.align(4);
  const count = r.u8('n_results');
  r.skip(3, 'reserved');
  const results: ContextAnswer[] = [];
  for (let i = 0; i < count; i++) {
    results.push({ result: r.u16('result'), reason: r.u16('reason'), transferSyntax: syntaxId.decode(r) });
  }
  const secondaryAddress = String.fromCharCode(...address).replace(/\0.*$/s, '');
  return { ...common, type, maxTransmitFragment, maxReceiveFragment, associationGroup, secondaryAddress, results };
}

export function writeBindAck(w: Writer, pdu: BindAckPdu): void {
  w.u16(pdu.maxTransmitFragment);
  w.u16(pdu.maxReceiveFragment);
  w.u32(pdu.associationGroup);
  const address = pdu.secondaryAddress === '' ? '' : `${pdu.secondaryAddress}\0`;
  w.u16(address.length);
  w.bytes(new TextEncoder().encode(address));
  w.align(4);
  w.u8(pdu.results.length);
  w.zero(3);
  for (const { result, reason, transferSyntax } of pdu.results) {
    w.u16(result);
    w.u16(reason);
    syntaxId.encode(w, transferSyntax);
  }
}

export function readBindNak(r: Reader, common: PduCommon): BindNakPdu {
  return { ...common, type: PduType.BIND_NAK, reason: r.u16('provider_reject_reason') };
}

/** Writes the reason, followed by the one version that is spoken: 5.0. */
export function writeBindNak(w: Writer, pdu: BindNakPdu): void {
  w.u16(pdu.reason);
  w.u8(1);
  w.u8(5);
  w.u8(0);
}
