/**
 * Thrown for bytes that are not the structure they should be, or for a value that the structure
 * cannot hold.
 */
export class CodecError extends Error {
  /** The structure's name in its specification, e.g. `CLOSE Request`. */
  readonly structure: string;
  /** The field's name in its specification, e.g. `Volatile`. */
  readonly field: string;
  /** Where the field starts, in bytes from the start of the message. */
  readonly offset: number;
  /** The field with all structures that contain it, if a RecordingReader read it. */
  readonly path: string | undefined;

  constructor(structure: string, field: string, offset: number, detail: string, path?: string) {
    super(`${structure}.${field}: ${detail}`);
    this.name = 'CodecError';
    this.structure = structure;
    this.field = field;
    this.offset = offset;
    this.path = path;
  }
}
