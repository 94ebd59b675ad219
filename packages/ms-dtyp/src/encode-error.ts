/**
 * Thrown for a value that lacks a property that its structure needs, or has a property of the wrong
 * kind.
 */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';
  /** The structure's name in its specification, e.g. `CLOSE Request`. */
  readonly structure: string;
  /**
   * The property's path in the value, e.g. `fileId.persistent` or `locks[2].offset`; '' for the
   * value itself.
   */
  readonly field: string;

  /**
   * @param detail what is wrong with the property, as a sentence without its subject: `is missing`
   */
  constructor(structure: string, field: string, detail: string, cause?: unknown) {
    super(`${structure}${field === '' ? '' : `.${field}`} ${detail}`, { cause });
    this.structure = structure;
    this.field = field;
  }
}
