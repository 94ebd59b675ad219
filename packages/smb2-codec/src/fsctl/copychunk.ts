import type { Codec } from '@tsmbd/ms-dtyp';

/** SRV_COPYCHUNK, [MS-SMB2] 2.2.31.1.1. */
export interface CopychunkRange {
  readonly sourceOffset: bigint;
  readonly targetOffset: bigint;
  /** Bytes. */
  readonly length: number;
}

/** SRV_COPYCHUNK_COPY: request of FSCTL_SRV_COPYCHUNK and _WRITE, [MS-SMB2] 2.2.31.1. */
export interface SrvCopychunkCopy {
  /** 24 bytes: the source's resume key. */
  readonly sourceKey: Uint8Array;
  readonly chunks: readonly CopychunkRange[];
}

const SRV_COPYCHUNK = { name: 'SRV_COPYCHUNK', section: '[MS-SMB2] 2.2.31.1.1' };

/** SRV_COPYCHUNK_COPY, [MS-SMB2] 2.2.31.1. */
export const srvCopychunkCopy: Codec<SrvCopychunkCopy> = {
  name: 'SRV_COPYCHUNK_COPY',
  section: '[MS-SMB2] 2.2.31.1',
  decode(r) {
    const sourceKey = r.take(24, 'SourceKey');
    const count = r.u32('ChunkCount');
    r.skip(4, 'Reserved');
    const chunks: CopychunkRange[] = [];
    for (let i = 0; i < count; i++) {
      r.enter('Chunks', i, SRV_COPYCHUNK);
      const sourceOffset = r.u64('SourceOffset');
      const targetOffset = r.u64('TargetOffset');
      const length = r.u32('Length');
      r.skip(4, 'Reserved');
      r.leave();
      chunks.push({ sourceOffset, targetOffset, length });
    }
    return { sourceKey, chunks };
  },
  encode(w, m) {
    w.bytes(m.sourceKey);
    w.u32(m.chunks.length);
    w.zero(4);
    for (const chunk of m.chunks) {
      w.u64(chunk.sourceOffset);
      w.u64(chunk.targetOffset);
      w.u32(chunk.length);
      w.zero(4);
    }
  },
};
/**
 * Response of FSCTL_SRV_COPYCHUNK and _WRITE, [MS-SMB2] 2.2.32.1. With STATUS_INVALID_PARAMETER the
 * three fields are the limits of a request.
 */
export interface SrvCopychunkResponse {
  /** Chunks written, or the most chunks that a request may have. */
  readonly chunksWritten: number;
  /** Bytes written of the chunk that failed, or the most bytes that a chunk may have. */
  readonly chunkBytesWritten: number;
  /** Bytes written, or the most bytes that a request may have. */
  readonly totalBytesWritten: number;
}

/** SRV_COPYCHUNK_RESPONSE, [MS-SMB2] 2.2.32.1. */
export const srvCopychunkResponse: Codec<SrvCopychunkResponse> = {
  name: 'SRV_COPYCHUNK_RESPONSE',
  section: '[MS-SMB2] 2.2.32.1',
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
