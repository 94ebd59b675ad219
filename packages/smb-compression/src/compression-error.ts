/** What is wrong with compressed bytes. */
export type CompressionErrorCode =
  /** The bytes end before the data does. */
  | 'truncated'
  /** The data is longer than it was said to be, or than is allowed. */
  | 'too-long'
  /** A match points before the beginning of the data. */
  | 'bad-distance'
  /** A header, table or length that the format does not have. */
  | 'malformed'
  /** An algorithm that is unknown or was not negotiated. */
  | 'unknown-algorithm';

/** Bytes that are not what their algorithm makes. */
export class CompressionError extends Error {
  readonly code: CompressionErrorCode;

  constructor(code: CompressionErrorCode, message: string) {
    super(message);
    this.name = 'CompressionError';
    this.code = code;
  }
}
