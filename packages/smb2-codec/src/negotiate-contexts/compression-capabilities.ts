import type { Codec } from '@tsmbd/ms-dtyp';

/** Compression algorithms, [MS-SMB2] 2.2.3.1.3. */
export const CompressionAlgorithmId = {
  NONE: 0x0000,
  LZNT1: 0x0001,
  LZ77: 0x0002,
  LZ77_HUFFMAN: 0x0003,
  PATTERN_V1: 0x0004,
  LZ4: 0x0005,
} as const;

/** SMB2_COMPRESSION_CAPABILITIES_FLAG_*, [MS-SMB2] 2.2.3.1.3. */
export const CompressionCapabilitiesFlags = { NONE: 0x0000_0000, CHAINED: 0x0000_0001 } as const;

/** SMB2_COMPRESSION_CAPABILITIES, [MS-SMB2] 2.2.3.1.3. */
export interface CompressionCapabilities {
  /** Bits of CompressionCapabilitiesFlags. */
  readonly flags: number;
  /** Values of CompressionAlgorithmId, most preferred first. */
  readonly compressionAlgorithms: readonly number[];
}

/** SMB2_COMPRESSION_CAPABILITIES, [MS-SMB2] 2.2.3.1.3. */
export const compressionCapabilities: Codec<CompressionCapabilities> = {
  name: 'COMPRESSION_CAPABILITIES',
  section: '[MS-SMB2] 2.2.3.1.3',
  decode(r) {
    const count = r.u16('CompressionAlgorithmCount');
    r.skip(2, 'Padding');
    const flags = r.u32('Flags');
    const compressionAlgorithms = r.u16s(count, 'CompressionAlgorithms');
    return { flags, compressionAlgorithms };
  },
  encode(w, m) {
    w.u16(m.compressionAlgorithms.length);
    w.zero(2);
    w.u32(m.flags);
    for (const id of m.compressionAlgorithms) w.u16(id);
  },
};
