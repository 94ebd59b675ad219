/**
 * Status codes of fault PDUs, C706 appendix E, and Win32 codes that Windows uses in their place,
 * [MS-RPCE] 3.3.3.
 */
export const FaultStatus = {
  /** The opnum is out of range: the procedure is not served. */
  OP_RANGE_ERROR: 0x1c010002,
  UNKNOWN_INTERFACE: 0x1c010003,
  PROTOCOL_ERROR: 0x1c01000b,
  CONTEXT_MISMATCH: 0x1c00001a,
  /** A limit of this server. */
  SERVER_TOO_BUSY: 0x1c010014,
  ACCESS_DENIED: 0x00000005,
  /** RPC_X_BAD_STUB_DATA: the stub data does not fit the procedure. */
  BAD_STUB_DATA: 0x000006f7,
  /** RPC_S_CALL_FAILED. */
  CALL_FAILED: 0x000006be,
} as const;

/**
 * A call that failed, while the connection did not. The server throws it to answer with a fault;
 * the client throws it when it gets a fault.
 */
export class RpcFault extends Error {
  /** A value of FaultStatus, or another code. */
  readonly status: number;

  constructor(status: number, detail = '') {
    super(`fault 0x${(status >>> 0).toString(16)}${detail === '' ? '' : `: ${detail}`}`);
    this.name = 'RpcFault';
    this.status = status;
  }
}

/** Thrown if the peer violates the protocol. The association cannot be used any more. */
export class RpcProtocolError extends Error {
  constructor(detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'RpcProtocolError';
  }
}
