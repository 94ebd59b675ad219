import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  CompressionAlgorithmId,
  CompressionCapabilitiesFlags,
  compressionCapabilities,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import type { ConnectionCompression } from '../model/index.ts';

const SUPPORTED: readonly number[] = [
  CompressionAlgorithmId.LZNT1,
  CompressionAlgorithmId.LZ77,
  CompressionAlgorithmId.LZ77_HUFFMAN,
  CompressionAlgorithmId.PATTERN_V1,
  CompressionAlgorithmId.LZ4,
];

/**
 * Answers the client's SMB2_COMPRESSION_CAPABILITIES, [MS-SMB2] 3.3.5.4, with the algorithms that
 * both sides know, in the client's order.
 */
export function negotiateCompression(data: Uint8Array): {
  readonly compression: ConnectionCompression | undefined;
  readonly answer: Uint8Array;
} {
  const offered = decode(compressionCapabilities, data);
  if (offered.compressionAlgorithms.length === 0) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'no compression algorithm');
  }
  const chained = (offered.flags & CompressionCapabilitiesFlags.CHAINED) !== 0;
  // A pattern can only be sent as a payload of a chain.
  const usable = SUPPORTED.filter((id) => chained || id !== CompressionAlgorithmId.PATTERN_V1);
  const algorithms = [...new Set(offered.compressionAlgorithms)].filter((id) => usable.includes(id));
  const compression = algorithms.length === 0 ? undefined : { algorithms, chained };
  const answer = encode(compressionCapabilities, {
    flags: chained ? CompressionCapabilitiesFlags.CHAINED : CompressionCapabilitiesFlags.NONE,
    compressionAlgorithms: compression === undefined ? [CompressionAlgorithmId.NONE] : algorithms,
  });
  return { compression, answer };
}
