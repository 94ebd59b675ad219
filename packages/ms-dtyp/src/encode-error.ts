/** A value that lacks what its structure needs, or has something else there. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';
  /** The structure's name in its specification, e.g. `CLOSE Request`. */
  readonly structure: string;
  /**
   * The property as the value has it, e.g. `fileId.persistent` or `locks[2].offset`; '' for the
   * value itself.
   */
  readonly field: string;

  /** @param detail what is wrong with it, a sentence without its subject: `is missing` */
  constructor(structure: string, field: string, detail: string, cause?: unknown) {
    super(`${structure}${field === '' ? '' : `.${field}`} ${detail}`, { cause });
    this.structure = structure;
    this.field = field;
  }
}
