import type { Sid } from '@tsmbd/ms-dtyp';
import { NdrReader } from '../ndr/reader.ts';
import type { NdrCodec } from '../ndr/types.ts';
import { NdrWriter } from '../ndr/writer.ts';
import type { SyntaxId } from '../syntax.ts';

/** One procedure of an interface: its request and its response. */
export interface RpcOperation<Request, Response> {
  /** The procedure's name in its specification. */
  readonly name: string;
  readonly opnum: number;
  readonly request: NdrCodec<Request>;
  readonly response: NdrCodec<Response>;
}

/** The caller: the user of the session that opened the pipe. */
export interface RpcCaller {
  readonly userName: string;
  readonly domainName: string;
  readonly sid: Sid;
  readonly anonymous: boolean;
  /** The caller may see other users' sessions and files, and the paths of shares. */
  readonly administrator: boolean;
}

/** What a procedure knows in addition to its parameters. */
export interface RpcCall {
  readonly caller: RpcCaller;
  /** Context handles of this association; they end with it. */
  readonly handles: ContextHandles;
}

/** Context handles of one association, C706 4.2.16.6. */
export interface ContextHandles {
  /** A new handle for a value. Throws RpcFault if there are too many handles. */
  open(value: unknown): Uint8Array;
  /** The value of a handle. Throws RpcFault CONTEXT_MISMATCH if there is no such handle. */
  get(handle: Uint8Array): unknown;
  close(handle: Uint8Array): void;
}

/** An interface that a server serves. */
export interface RpcInterface {
  /** The name of the pipe, without `\PIPE\`, lower case. */
  readonly pipe: string;
  readonly syntax: SyntaxId;
  /** Procedures by opnum. Each takes and returns stub data. */
  readonly procedures: ReadonlyMap<number, RpcProcedure>;
}

/**
 * Runs one procedure. Throws RpcFault, or CodecError if the stub data does not fit the procedure.
 */
export type RpcProcedure = (stub: Uint8Array, call: RpcCall) => Uint8Array;

/**
 * The table entry of an operation. It decodes the request, runs the operation and encodes the
 * response.
 */
export function procedure<Request, Response>(
  operation: RpcOperation<Request, Response>,
  run: (request: Request, call: RpcCall) => Response,
): readonly [number, RpcProcedure] {
  return [
    operation.opnum,
    (stub, call) => {
      const request = operation.request.read(new NdrReader(stub, operation.name));
      const w = new NdrWriter();
      operation.response.write(w, run(request, call));
      return w.result();
    },
  ];
}
