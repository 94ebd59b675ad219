import { type Guid, guid, type Reader, type Writer } from '@tsmbd/ms-dtyp';
import { type PduCommon, PduFlags, PduType } from './header.ts';

/** request, C706 12.6.4.9. */
export interface RequestPdu extends PduCommon {
  readonly type: typeof PduType.REQUEST;
  readonly allocationHint: number;
  readonly contextId: number;
  readonly opnum: number;
  readonly object?: Guid;
  /** This fragment's part of the stub data. */
  readonly stub: Uint8Array;
}

/** response, C706 12.6.4.10. */
export interface ResponsePdu extends PduCommon {
  readonly type: typeof PduType.RESPONSE;
  readonly allocationHint: number;
  readonly contextId: number;
  readonly stub: Uint8Array;
}

/** fault, C706 12.6.4.7. */
export interface FaultPdu extends PduCommon {
  readonly type: typeof PduType.FAULT;
  readonly contextId: number;
  /** A value of FaultStatus, or a Win32 or NT code. */
  readonly status: number;
}

/** PDUs whose body does not matter: auth3, shutdown, co_cancel and orphaned, C706 12.6.4. */
export interface SignalPdu extends PduCommon {
  readonly type: typeof PduType.AUTH3 | typeof PduType.SHUTDOWN | typeof PduType.CO_CANCEL | typeof PduType.ORPHANED;
}

/** Bytes of a request or response before its stub data, without an object. */
export const CALL_HEADER_LENGTH = 24;

export function readRequest(r: Reader, bodyEnd: number, common: PduCommon): RequestPdu {
  const allocationHint = r.u32('alloc_hint');
  const contextId = r.u16('p_cont_id');
  const opnum = r.u16('opnum');
  const object = common.flags & PduFlags.OBJECT_UUID ? guid.decode(r) : undefined;
  return {
    ...common,
    type: PduType.REQUEST,
    allocationHint,
    contextId,
    opnum,
    ...(object !== undefined && { object }),
    stub: r.take(bodyEnd - r.position, 'stub_data'),
  };
}

export function writeRequest(w: Writer, pdu: RequestPdu): void {
  w.u32(pdu.allocationHint);
  w.u16(pdu.contextId);
  w.u16(pdu.opnum);
  if (pdu.object !== undefined) guid.encode(w, pdu.object);
  w.bytes(pdu.stub);
}

export function readResponse(r: Reader, bodyEnd: number, common: PduCommon): ResponsePdu {
  const allocationHint = r.u32('alloc_hint');
  const contextId = r.u16('p_cont_id');
  r.skip(2, 'cancel_count');
  return {
    ...common,
    type: PduType.RESPONSE,
    allocationHint,
    contextId,
    stub: r.take(bodyEnd - r.position, 'stub_data'),
  };
}

export function writeResponse(w: Writer, pdu: ResponsePdu): void {
  w.u32(pdu.allocationHint);
  w.u16(pdu.contextId);
  w.zero(2);
  w.bytes(pdu.stub);
}

export function readFault(r: Reader, common: PduCommon): FaultPdu {
  r.skip(4, 'alloc_hint');
  const contextId = r.u16('p_cont_id');
  r.skip(2, 'cancel_count');
  return { ...common, type: PduType.FAULT, contextId, status: r.u32('status') };
}

export function writeFault(w: Writer, pdu: FaultPdu): void {
  w.u32(32);
  w.u16(pdu.contextId);
  w.zero(2);
  w.u32(pdu.status);
  w.zero(4);
}
