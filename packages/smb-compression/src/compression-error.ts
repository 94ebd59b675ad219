/** The fault in compressed bytes. */
export type CompressionErrorCode =
  /** The bytes end before the data does. */
  | 'truncated'
  /** The data is longer than announced, or than allowed. */
  | 'too-long'
  /** A match points before the beginning of the data. */
  | 'bad-distance'
  /** A header, table or length that the format does not allow. */
  | 'malformed'
  /** An algorithm that is unknown or has not been negotiated. */
  | 'unknown-algorithm';

/** Thrown for bytes that their algorithm cannot have made. */
export class CompressionError extends Error {
  readonly code: CompressionErrorCode;

  constructor(code: CompressionErrorCode, message: string) {
    super(message);
    this.name = 'CompressionError';
    this.code = code;
  }
}
