import { type Codec, Reader, Writer } from '@tsmbd/ms-dtyp';
import {
  type BindAckPdu,
  type BindNakPdu,
  type BindPdu,
  readBind,
  readBindAck,
  readBindNak,
  writeBind,
  writeBindAck,
  writeBindNak,
} from './bind.ts';
import {
  type FaultPdu,
  type RequestPdu,
  type ResponsePdu,
  readFault,
  readRequest,
  readResponse,
  type SignalPdu,
  writeFault,
  writeRequest,
  writeResponse,
} from './call.ts';
import { PduType, readHeader, writeHeader } from './header.ts';

/** Any connection-oriented PDU, C706 12.6.4. */
export type Pdu = BindPdu | BindAckPdu | BindNakPdu | RequestPdu | ResponsePdu | FaultPdu | SignalPdu;

/** One PDU. The reader must contain the whole PDU; bytes after frag_length are left unread. */
export const pdu: Codec<Pdu> = {
  name: 'PDU',
  decode(r) {
    const start = r.offset;
    const { type, bodyEnd, ...common } = readHeader(r);
    // The body ends at the verifier. Its alignment counts from the PDU's start.
    const body = new Reader(r.bytes, r.structure, r.position, bodyEnd, r.base + start);
    r.position = bodyEnd;
    switch (type) {
      case PduType.REQUEST:
        return readRequest(body, bodyEnd, common);
      case PduType.RESPONSE:
        return readResponse(body, bodyEnd, common);
      case PduType.FAULT:
        return readFault(body, common);
      case PduType.BIND:
      case PduType.ALTER_CONTEXT:
        return readBind(body, type, common);
      case PduType.BIND_ACK:
      case PduType.ALTER_CONTEXT_RESP:
        return readBindAck(body, type, common);
      case PduType.BIND_NAK:
        return readBindNak(body, common);
      case PduType.AUTH3:
      case PduType.SHUTDOWN:
      case PduType.CO_CANCEL:
      case PduType.ORPHANED:
        return { ...common, type };
      default:
        return r.fail('PTYPE', `${type}`, r.base + start + 2);
    }
  },
  encode(w, value) {
    const header = writeHeader(w, value.type, value);
    switch (value.type) {
      case PduType.REQUEST:
        writeRequest(w, value);
        break;
      case PduType.RESPONSE:
        writeResponse(w, value);
        break;
      case PduType.FAULT:
        writeFault(w, value);
        break;
      case PduType.BIND:
      case PduType.ALTER_CONTEXT:
        writeBind(w, value);
        break;
      case PduType.BIND_ACK:
      case PduType.ALTER_CONTEXT_RESP:
        writeBindAck(w, value);
        break;
      case PduType.BIND_NAK:
        writeBindNak(w, value);
        break;
      case PduType.AUTH3:
        w.zero(4);
        break;
    }
    header.finish();
  },
};

/** Decodes bytes that are one PDU. Throws CodecError. */
export function decodePdu(bytes: Uint8Array): Pdu {
  return pdu.decode(new Reader(bytes, pdu.name));
}

/** The bytes of a PDU. */
export function encodePdu(value: Pdu): Uint8Array {
  const w = new Writer();
  pdu.encode(w, value);
  return w.result();
}
