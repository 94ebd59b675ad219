import type { Codec } from '@tsmbd/ms-dtyp';

/** Compression of a file, [MS-FSCC] 2.4.9. */
export interface FileCompressionInformation {
  /** Bytes. */
  readonly compressedFileSize: bigint;
  /** One of CompressionFormat. */
  readonly compressionFormat: number;
  readonly compressionUnitShift: number;
  readonly chunkShift: number;
  readonly clusterShift: number;
}

/** FileCompressionInformation, [MS-FSCC] 2.4.9. */
export const fileCompressionInformation: Codec<FileCompressionInformation> = {
  name: 'FileCompressionInformation',
  section: '[MS-FSCC] 2.4.9',
  decode(r) {
    const compressedFileSize = r.u64('CompressedFileSize');
    const compressionFormat = r.u16('CompressionFormat');
    const compressionUnitShift = r.u8('CompressionUnitShift');
    const chunkShift = r.u8('ChunkShift');
    const clusterShift = r.u8('ClusterShift');
    r.skip(3, 'Reserved');
    return { compressedFileSize, compressionFormat, compressionUnitShift, chunkShift, clusterShift };
  },
  encode(w, m) {
    w.u64(m.compressedFileSize);
    w.u16(m.compressionFormat);
    w.u8(m.compressionUnitShift);
    w.u8(m.chunkShift);
    w.u8(m.clusterShift);
    w.zero(3);
  },
};
