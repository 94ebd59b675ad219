import type { Codec } from '@tsmbd/ms-dtyp';

/**
 * FSCTL_LMR_REQUEST_RESILIENCY asks that an open outlives its connection. The response has no data,
 * [MS-SMB2] 2.2.31.3.
 */
export interface NetworkResiliencyRequest {
  /** How long the open is to outlive its connection. */
  readonly timeoutMs: number;
}

/** NETWORK_RESILIENCY_REQUEST, [MS-SMB2] 2.2.31.3. */
export const networkResiliencyRequest: Codec<NetworkResiliencyRequest> = {
  name: 'NETWORK_RESILIENCY_REQUEST',
  section: '[MS-SMB2] 2.2.31.3',
  decode(r) {
    const timeoutMs = r.u32('Timeout');
    r.skip(4, 'Reserved');
    return { timeoutMs };
  },
  encode(w, m) {
    w.u32(m.timeoutMs);
    w.zero(4);
  },
};
