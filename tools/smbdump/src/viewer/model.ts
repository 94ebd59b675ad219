/**
 * What the viewer shows: a capture as plain values that survive JSON, and the bytes of its PDUs.
 */
export interface ViewModel {
  readonly title: string;
  readonly conversations: readonly { readonly client: string; readonly server: string }[];
  readonly rows: readonly Row[];
  readonly opens: readonly OpenRow[];
  readonly leases: readonly LeaseEvent[];
  /** What was left out, in words. */
  readonly notes: readonly string[];
}

/** One PDU. */
export interface Row {
  readonly frame: number;
  /** Microseconds since 1970. */
  readonly timeUs: number;
  readonly conversation: number;
  readonly fromClient: boolean;
  readonly command: string;
  /** Name of the status of a response, or nothing. */
  readonly status: string;
  /** Microseconds since the request; -1 for a request. */
  readonly latencyUs: number;
  readonly isError: boolean;
  readonly about: string;
  /**
   * `E` encrypted, `C` compressed, `S` a right signature, `s` one that was not checked, `!` a wrong
   * one.
   */
  readonly marks: string;
  /** Index of the open it is about, or -1. */
  readonly open: number;
  /** Its bytes in `bytes`: where, and how many of `length` are kept. */
  readonly offset: number;
  readonly kept: number;
  readonly length: number;
  /**
   * What the answer is read with: InfoType, class, CtlCode, whether it is of a pipe, whether it has
   * READDIRATTR.
   */
  readonly related: readonly [number, number, number, boolean, boolean];
}

/** An open for the timeline. */
export interface OpenRow {
  readonly index: number;
  readonly name: string;
  readonly conversation: number;
  readonly requestedUs: number;
  readonly openedUs: number;
  /** -1 while it was open at the end. */
  readonly closedUs: number;
  readonly oplock: string;
  readonly lease: string;
}

/** A lease's state from then on. */
export interface LeaseEvent {
  readonly timeUs: number;
  readonly key: string;
  /** `RWH`, `none`. */
  readonly state: string;
}

/** A model with its bytes. */
export interface View {
  readonly model: ViewModel;
  readonly bytes: Uint8Array;
}
