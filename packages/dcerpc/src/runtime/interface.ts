import type { Sid } from '@tsmbd/ms-dtyp';
import { NdrReader } from '../ndr/reader.ts';
import type { NdrCodec } from '../ndr/types.ts';
import { NdrWriter } from '../ndr/writer.ts';
import type { SyntaxId } from '../syntax.ts';

/** One procedure of an interface: what goes in, what comes out. */
export interface RpcOperation<Request, Response> {
  /** The procedure's name in its specification. */
  readonly name: string;
  readonly opnum: number;
  readonly request: NdrCodec<Request>;
  readonly response: NdrCodec<Response>;
}

/** Who calls: the user of the session that opened the pipe. */
export interface RpcCaller {
  readonly userName: string;
  readonly domainName: string;
  readonly sid: Sid;
  readonly anonymous: boolean;
  /** May see other users' sessions and files, and the paths of shares. */
  readonly administrator: boolean;
}

/** What a procedure knows beside its parameters. */
export interface RpcCall {
  readonly caller: RpcCaller;
  /** Context handles of this association; they end with it. */
  readonly handles: ContextHandles;
}

/** Context handles of one association, C706 4.2.16.6. */
export interface ContextHandles {
  /** A new handle for a value; throws RpcFault when there are too many. */
  open(value: unknown): Uint8Array;
  /** The value of a handle; throws RpcFault CONTEXT_MISMATCH when there is none. */
  get(handle: Uint8Array): unknown;
  close(handle: Uint8Array): void;
}

/** An interface that a server serves. */
export interface RpcInterface {
  /** The name of the pipe, without `\PIPE\`, lower case. */
  readonly pipe: string;
  readonly syntax: SyntaxId;
  /** Procedures by opnum: stub data in, stub data out. */
  readonly procedures: ReadonlyMap<number, RpcProcedure>;
}

/** Runs one procedure. Throws RpcFault, or CodecError for stub data that is not the procedure's. */
export type RpcProcedure = (stub: Uint8Array, call: RpcCall) => Uint8Array;

/** The table entry of an operation: decodes, runs, encodes. */
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
