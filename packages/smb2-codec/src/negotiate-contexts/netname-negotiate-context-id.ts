import type { Codec } from '@tsmbd/ms-dtyp';

/** SMB2_NETNAME_NEGOTIATE_CONTEXT_ID, [MS-SMB2] 2.2.3.1.4; clients only. */
export interface NetnameNegotiateContextId {
  /** The server's name as the client knows it; no terminator. */
  readonly netName: string;
}

/** SMB2_NETNAME_NEGOTIATE_CONTEXT_ID, [MS-SMB2] 2.2.3.1.4: the whole data is the name. */
export const netnameNegotiateContextId: Codec<NetnameNegotiateContextId> = {
  name: 'NETNAME_NEGOTIATE_CONTEXT_ID',
  section: '[MS-SMB2] 2.2.3.1.4',
  decode: (r) => ({ netName: r.utf16(r.remaining, 'NetName') }),
  encode: (w, m) => w.utf16(m.netName),
};
