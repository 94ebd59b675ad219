import type { Codec, Filetime } from '@tsmbd/ms-dtyp';

/** SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST ('MxAc'), [MS-SMB2] 2.2.13.2.5. */
export interface QueryMaximalAccessRequest {
  /**
   * The server answers only if the file changed after this time. If it is absent (no data), the
   * server answers in any case.
   */
  readonly timestamp?: Filetime;
}

/** SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST, [MS-SMB2] 2.2.13.2.5: empty or 8 bytes. */
export const queryMaximalAccessRequest: Codec<QueryMaximalAccessRequest> = {
  name: 'CREATE_QUERY_MAXIMAL_ACCESS_REQUEST',
  section: '[MS-SMB2] 2.2.13.2.5',
  decode: (r) => (r.remaining === 0 ? {} : { timestamp: r.u64('Timestamp') }),
  encode(w, m) {
    if (m.timestamp !== undefined) w.u64(m.timestamp);
  },
};

/** SMB2_CREATE_QUERY_MAXIMAL_ACCESS_RESPONSE ('MxAc'), [MS-SMB2] 2.2.14.2.5. */
export interface QueryMaximalAccessResponse {
  /** The NTSTATUS of the query. */
  readonly queryStatus: number;
  /** Bits of AccessMask; valid if queryStatus is success. */
  readonly maximalAccess: number;
}

/** SMB2_CREATE_QUERY_MAXIMAL_ACCESS_RESPONSE, [MS-SMB2] 2.2.14.2.5. */
export const queryMaximalAccessResponse: Codec<QueryMaximalAccessResponse> = {
  name: 'CREATE_QUERY_MAXIMAL_ACCESS_RESPONSE',
  section: '[MS-SMB2] 2.2.14.2.5',
  decode: (r) => ({ queryStatus: r.u32('QueryStatus'), maximalAccess: r.u32('MaximalAccess') }),
  encode(w, m) {
    w.u32(m.queryStatus);
    w.u32(m.maximalAccess);
  },
};
