/** The packet that bytes came in. They keep it however long they wait for others. */
export interface Arrival {
  /** Running number of the packet in the capture, from 1. */
  readonly number: number;
  /** Microseconds since 1970. */
  readonly timeUs: number;
  /**
   * What the packet's sender had received by then, a sequence number of the other direction; TCP
   * with ACK only.
   */
  readonly acknowledged?: number | undefined;
}

/** The later of two packets. */
export function laterOf(a: Arrival, b: Arrival): Arrival {
  return a.number > b.number ? a : b;
}
