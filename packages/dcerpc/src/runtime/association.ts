import { CodecError } from '@tsmbd/ms-dtyp';
import { FaultStatus, RpcFault } from '../fault.ts';
import {
  BindNakReason,
  type BindPdu,
  type ContextAnswer,
  ContextResult,
  type PresentationContext,
  RejectionReason,
} from '../pdu/bind.ts';
import { CALL_HEADER_LENGTH, type RequestPdu } from '../pdu/call.ts';
import { PduFlags, PduType } from '../pdu/header.ts';
import { encodePdu, type Pdu } from '../pdu/pdu.ts';
import { BindTimeFeatures, bindTimeFeatures, NDR20, NO_SYNTAX, serves } from '../syntax.ts';
import { concat } from './concat.ts';
import { createContextHandles } from './context-handles.ts';
import type { RpcCall, RpcCaller, RpcInterface } from './interface.ts';

export interface AssociationOptions {
  readonly pipe: string;
  readonly caller: RpcCaller;
  readonly group: number;
  readonly maxFragment: number;
  readonly maxRequest: number;
  readonly maxFragments: number;
}

/** A request of which fragments are still missing. */
interface PartialCall {
  readonly first: RequestPdu;
  readonly parts: Uint8Array[];
  fragments: number;
  length: number;
}

/**
 * The server's side of an association, C706 9.3 and [MS-RPCE] 3.3.1. It takes one PDU and returns
 * the PDUs of the answer.
 */
export class Association {
  /** The peer has violated the protocol: nothing more is accepted. */
  broken = false;
  readonly #interfaces: readonly RpcInterface[];
  readonly #options: AssociationOptions;
  readonly #contexts = new Map<number, RpcInterface>();
  readonly #call: RpcCall;
  #bound = false;
  #maxSend: number;
  #partial: PartialCall | undefined;

  constructor(interfaces: readonly RpcInterface[], options: AssociationOptions) {
    this.#interfaces = interfaces;
    this.#options = options;
    this.#maxSend = options.maxFragment;
    this.#call = { caller: options.caller, handles: createContextHandles() };
  }

  /** Bytes that are kept of a request of which fragments are still missing. */
  get held(): number {
    return this.#partial?.length ?? 0;
  }

  /** Drops a request that will never be complete. */
  drop(): void {
    this.#partial = undefined;
  }

  receive(pdu: Pdu): Uint8Array[] {
    switch (pdu.type) {
      case PduType.BIND:
        return this.#bind(pdu);
      case PduType.ALTER_CONTEXT:
        return this.#alterContext(pdu);
      case PduType.REQUEST:
        return this.#request(pdu);
      case PduType.ORPHANED:
        if (this.#partial?.first.callId === pdu.callId) this.#partial = undefined;
        return [];
      case PduType.CO_CANCEL:
      case PduType.AUTH3:
        return [];
      default:
        this.broken = true;
        return [];
    }
  }

  /**
   * C706 12.6.4.3. The session is authenticated, not the pipe: a bind with authentication of its
   * own is refused.
   */
  #bind(pdu: BindPdu): Uint8Array[] {
    if (this.#bound || pdu.auth !== undefined) {
      const reason =
        pdu.auth === undefined ? BindNakReason.NOT_SPECIFIED : BindNakReason.AUTHENTICATION_TYPE_NOT_RECOGNIZED;
      return [encodePdu({ type: PduType.BIND_NAK, flags: WHOLE, callId: pdu.callId, reason })];
    }
    const { maxFragment, group, pipe } = this.#options;
    this.#bound = true;
    this.#maxSend = Math.min(maxFragment, Math.max(pdu.maxReceiveFragment, MIN_FRAGMENT));
    const results = pdu.contexts.map((context) => this.#accept(context));
    return [
      encodePdu({
        type: PduType.BIND_ACK,
        flags: WHOLE,
        callId: pdu.callId,
        maxTransmitFragment: this.#maxSend,
        maxReceiveFragment: maxFragment,
        associationGroup: pdu.associationGroup === 0 ? group : pdu.associationGroup,
        secondaryAddress: `\\PIPE\\${pipe}`,
        results,
      }),
    ];
  }

  /** C706 12.6.4.1. */
  #alterContext(pdu: BindPdu): Uint8Array[] {
    if (!this.#bound) return this.#breakWith(pdu.callId, 0);
    if (pdu.auth !== undefined) return [fault(pdu.callId, 0, FaultStatus.ACCESS_DENIED)];
    return [
      encodePdu({
        type: PduType.ALTER_CONTEXT_RESP,
        flags: WHOLE,
        callId: pdu.callId,
        maxTransmitFragment: this.#maxSend,
        maxReceiveFragment: this.#options.maxFragment,
        associationGroup: pdu.associationGroup === 0 ? this.#options.group : pdu.associationGroup,
        secondaryAddress: '',
        results: pdu.contexts.map((context) => this.#accept(context)),
      }),
    ];
  }

  /** One presentation context, C706 12.6.4.4 and [MS-RPCE] 3.3.1.5.3. */
  #accept(context: PresentationContext): ContextAnswer {
    const features = context.transferSyntaxes.map(bindTimeFeatures).find((found) => found !== undefined);
    if (features !== undefined) {
      const reason = features & BindTimeFeatures.KEEP_CONNECTION_ON_ORPHAN;
      return { result: ContextResult.NEGOTIATE_ACK, reason, transferSyntax: NO_SYNTAX };
    }
    const served = this.#interfaces.find((candidate) => serves(candidate.syntax, context.abstractSyntax));
    if (served === undefined) return rejection(RejectionReason.ABSTRACT_SYNTAX_NOT_SUPPORTED);
    if (!context.transferSyntaxes.some((syntax) => serves(NDR20, syntax))) {
      return rejection(RejectionReason.TRANSFER_SYNTAXES_NOT_SUPPORTED);
    }
    if (this.#contexts.size >= MAX_CONTEXTS) return rejection(RejectionReason.LOCAL_LIMIT_EXCEEDED);
    this.#contexts.set(context.id, served);
    return { result: ContextResult.ACCEPTANCE, reason: 0, transferSyntax: NDR20 };
  }

  /** Puts fragments together, C706 12.6.2, and runs the call when the last one has come. */
  #request(pdu: RequestPdu): Uint8Array[] {
    if (!this.#bound) return this.#breakWith(pdu.callId, pdu.contextId);
    if (pdu.auth !== undefined) {
      this.#partial = undefined;
      return [fault(pdu.callId, pdu.contextId, FaultStatus.ACCESS_DENIED)];
    }
    const isFirst = (pdu.flags & PduFlags.FIRST_FRAG) !== 0;
    let partial = this.#partial;
    if (isFirst === (partial !== undefined)) return this.#breakWith(pdu.callId, pdu.contextId);
    partial ??= { first: { ...pdu, stub: new Uint8Array(0) }, parts: [], fragments: 0, length: 0 };
    const { first } = partial;
    if (pdu.callId !== first.callId || pdu.contextId !== first.contextId || pdu.opnum !== first.opnum) {
      return this.#breakWith(pdu.callId, pdu.contextId);
    }
    partial.fragments++;
    partial.length += pdu.stub.length;
    const { maxRequest, maxFragments } = this.#options;
    if (partial.length > maxRequest || partial.fragments > maxFragments) {
      this.broken = true;
      return [fault(pdu.callId, pdu.contextId, FaultStatus.SERVER_TOO_BUSY)];
    }
    const isLast = (pdu.flags & PduFlags.LAST_FRAG) !== 0;
    // A stub that is kept is copied: a view of a few bytes would keep the whole received buffer in
    // memory.
    partial.parts.push(isLast ? pdu.stub : pdu.stub.slice());
    this.#partial = isLast ? undefined : partial;
    return isLast ? this.#run(first, concat(partial.parts)) : [];
  }

  #run(request: RequestPdu, stub: Uint8Array): Uint8Array[] {
    const { callId, contextId, opnum } = request;
    try {
      const served = this.#contexts.get(contextId);
      if (served === undefined) throw new RpcFault(FaultStatus.UNKNOWN_INTERFACE);
      const run = served.procedures.get(opnum);
      if (run === undefined) throw new RpcFault(FaultStatus.OP_RANGE_ERROR);
      return this.#fragments(callId, contextId, run(stub, this.#call));
    } catch (error) {
      if (error instanceof RpcFault) return [fault(callId, contextId, error.status)];
      if (error instanceof CodecError) return [fault(callId, contextId, FaultStatus.BAD_STUB_DATA)];
      throw error;
    }
  }

  /**
   * A response in fragments that the peer can accept. In all fragments except the last, the length
   * of the stub is a multiple of 8, C706 12.6.2.
   */
  #fragments(callId: number, contextId: number, stub: Uint8Array): Uint8Array[] {
    const room = (this.#maxSend - CALL_HEADER_LENGTH) & ~7;
    const fragments: Uint8Array[] = [];
    let at = 0;
    do {
      const part = stub.subarray(at, at + room);
      const flags = (at === 0 ? PduFlags.FIRST_FRAG : 0) | (at + room >= stub.length ? PduFlags.LAST_FRAG : 0);
      const allocationHint = stub.length - at;
      fragments.push(encodePdu({ type: PduType.RESPONSE, flags, callId, allocationHint, contextId, stub: part }));
      at += room;
    } while (at < stub.length);
    return fragments;
  }

  #breakWith(callId: number, contextId: number): Uint8Array[] {
    this.broken = true;
    return [fault(callId, contextId, FaultStatus.PROTOCOL_ERROR)];
  }
}

function fault(callId: number, contextId: number, status: number): Uint8Array {
  const flags = WHOLE | PduFlags.DID_NOT_EXECUTE;
  return encodePdu({ type: PduType.FAULT, flags, callId, contextId, status });
}

function rejection(reason: number): ContextAnswer {
  return { result: ContextResult.PROVIDER_REJECTION, reason, transferSyntax: NO_SYNTAX };
}

const WHOLE = PduFlags.FIRST_FRAG | PduFlags.LAST_FRAG;
/** MustRecvFragSize, C706 12.6.3.1. */
const MIN_FRAGMENT = 1432;
const MAX_CONTEXTS = 32;
