import type { Codec } from '@tsmbd/ms-dtyp';

/** Response of FSCTL_SRV_COPYCHUNK and _WRITE; with STATUS_INVALID_PARAMETER the three are the limits of a request, [MS-SMB2] 2.2.32.1. */
export interface SrvCopychunkResponse {
  /** Chunks, or the most that a request may have. */
  readonly chunksWritten: number;
  /** Bytes of the chunk that failed, or the most that a chunk may have. */
  readonly chunkBytesWritten: number;
  /** Bytes, or the most that a request may have. */
  readonly totalBytesWritten: number;
}

/** SRV_COPYCHUNK_RESPONSE, [MS-SMB2] 2.2.32.1. */
export const srvCopychunkResponse: Codec<SrvCopychunkResponse> = {
  name: 'SRV_COPYCHUNK_RESPONSE',
  decode: (r) => ({
    chunksWritten: r.u32('ChunksWritten'),
    chunkBytesWritten: r.u32('ChunkBytesWritten'),
    totalBytesWritten: r.u32('TotalBytesWritten'),
  }),
  encode(w, m) {
    w.u32(m.chunksWritten);
    w.u32(m.chunkBytesWritten);
    w.u32(m.totalBytesWritten);
  },
};
