import type { Codec } from '@tsmbd/ms-dtyp';

/** POSIX create context of a request (SMB 3.1.1 POSIX extensions, not in [MS-SMB2]). */
export interface PosixCreateRequest {
  /** Permission bits of the file to create. */
  readonly mode: number;
}

/** POSIX create context of a request. */
export const posixCreateRequest: Codec<PosixCreateRequest> = {
  name: 'POSIX_CREATE_CONTEXT Request',
  section: 'SMB3 POSIX Extensions',
  decode: (r) => ({ mode: r.u32('Mode') }),
  encode: (w, m) => w.u32(m.mode),
};

/** POSIX create context of a response (SMB 3.1.1 POSIX extensions, not in [MS-SMB2]). */
export interface PosixCreateResponse {
  /** Hard links. */
  readonly numberOfLinks: number;
  /** Reparse tag, or 0. */
  readonly reparseTag: number;
  /** Permission bits. */
  readonly mode: number;
  /** Owner SID then group SID, [MS-DTYP] 2.4.2.2, still encoded. */
  readonly sids: Uint8Array;
}

/** POSIX create context of a response. */
export const posixCreateResponse: Codec<PosixCreateResponse> = {
  name: 'POSIX_CREATE_CONTEXT Response',
  section: 'SMB3 POSIX Extensions',
  decode(r) {
    return {
      numberOfLinks: r.u32('NumberOfLinks'),
      reparseTag: r.u32('ReparseTag'),
      mode: r.u32('Mode'),
      sids: r.rest('Sids'),
    };
  },
  encode(w, m) {
    w.u32(m.numberOfLinks);
    w.u32(m.reparseTag);
    w.u32(m.mode);
    w.bytes(m.sids);
  },
};
