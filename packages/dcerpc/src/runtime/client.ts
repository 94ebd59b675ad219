import { CodecError } from '@tsmbd/ms-dtyp';
import { RpcFault, RpcProtocolError } from '../fault.ts';
import { NdrReader } from '../ndr/reader.ts';
import { NdrWriter } from '../ndr/writer.ts';
import { ContextResult } from '../pdu/bind.ts';
import { CALL_HEADER_LENGTH } from '../pdu/call.ts';
import { PduFlags, PduType } from '../pdu/header.ts';
import { decodePdu, encodePdu, type Pdu } from '../pdu/pdu.ts';
import { NDR20, type SyntaxId } from '../syntax.ts';
import { concat } from './concat.ts';
import type { RpcOperation } from './interface.ts';

/**
 * The client's side of an association with one interface, C706 9.3. It takes and returns bytes: the
 * caller writes what `bind` and `request` return, and passes what it reads to `receive`, PDU by
 * PDU, until `receive` says that the answer is complete.
 */
export interface RpcClient {
  /** The bind PDU. */
  bind(): Uint8Array;
  /** The PDUs of a request, to be written in order. */
  request<Request>(operation: RpcOperation<Request, unknown>, request: Request): Uint8Array[];
  /** Takes one PDU; true if the answer is complete. Throws RpcFault, or RpcProtocolError. */
  receive(bytes: Uint8Array): boolean;
  /** The answer to the last request, after `receive` has returned true. Throws RpcProtocolError. */
  response<Request, Response>(operation: RpcOperation<Request, Response>): Response;
}

/**
 * @param maxFragment the largest fragment that is sent or accepted, in bytes
 */
export function createRpcClient(syntax: SyntaxId, maxFragment = 4280): RpcClient {
  let callId = 0;
  let maxSend = maxFragment;
  let parts: Uint8Array[] = [];

  const take = (pdu: Pdu): boolean => {
    if (pdu.callId !== callId) throw new RpcProtocolError(`answer to call ${pdu.callId}, not ${callId}`);
    switch (pdu.type) {
      case PduType.BIND_ACK: {
        const accepted = pdu.results[0]?.result === ContextResult.ACCEPTANCE;
        if (!accepted) throw new RpcProtocolError(`interface not accepted, reason ${pdu.results[0]?.reason}`);
        maxSend = Math.min(maxSend, pdu.maxReceiveFragment);
        return true;
      }
      case PduType.RESPONSE:
        parts.push(pdu.stub);
        return (pdu.flags & PduFlags.LAST_FRAG) !== 0;
      case PduType.FAULT:
        throw new RpcFault(pdu.status);
      case PduType.BIND_NAK:
        throw new RpcProtocolError(`bind refused, reason ${pdu.reason}`);
      default:
        throw new RpcProtocolError(`unexpected PDU ${pdu.type}`);
    }
  };

  return {
    bind() {
      callId++;
      return encodePdu({
        type: PduType.BIND,
        flags: PduFlags.FIRST_FRAG | PduFlags.LAST_FRAG,
        callId,
        maxTransmitFragment: maxFragment,
        maxReceiveFragment: maxFragment,
        associationGroup: 0,
        contexts: [{ id: 0, abstractSyntax: syntax, transferSyntaxes: [NDR20] }],
      });
    },
    request(operation, request) {
      callId++;
      parts = [];
      const w = new NdrWriter();
      operation.request.write(w, request);
      const stub = w.result();
      const room = (maxSend - CALL_HEADER_LENGTH) & ~7;
      const pdus: Uint8Array[] = [];
      let at = 0;
      do {
        const flags = (at === 0 ? PduFlags.FIRST_FRAG : 0) | (at + room >= stub.length ? PduFlags.LAST_FRAG : 0);
        const common = { type: PduType.REQUEST, flags, callId, contextId: 0, opnum: operation.opnum } as const;
        pdus.push(encodePdu({ ...common, allocationHint: stub.length - at, stub: stub.subarray(at, at + room) }));
        at += room;
      } while (at < stub.length);
      return pdus;
    },
    receive: (bytes) => clean(() => take(decodePdu(bytes))),
    response: (operation) => clean(() => operation.response.read(new NdrReader(concat(parts), operation.name))),
  };
}

function clean<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof CodecError) throw new RpcProtocolError(error.message, { cause: error });
    throw error;
  }
}
