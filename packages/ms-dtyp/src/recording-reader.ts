import type { Structure } from './codec.ts';
import { CodecError } from './codec-error.ts';
import type { Guid } from './guid.ts';
import { Reader } from './reader.ts';

/** One field and its place in a message, for viewers that highlight bytes. */
export interface RecordedField {
  /**
   * The field with all structures that contain it: `CREATE Request.CreateContexts[0].DataLength`.
   */
  readonly path: string;
  /** The innermost structure. */
  readonly structure: string;
  /** The field's name in the specification. */
  readonly field: string;
  /** Bytes from the start of the message. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  /**
   * The value that was read: a number, text, or a view of the bytes. For a reserved field: its
   * bytes.
   */
  readonly value: number | bigint | string | Uint8Array;
  /** Where the structure is specified: `[MS-SMB2] 2.2.13`. */
  readonly section: string | undefined;
}

/** Something that differs from the specification. */
export interface Problem {
  /** The same as RecordedField.path. */
  readonly path: string;
  readonly structure: string;
  readonly field: string;
  /** Bytes from the start of the message. */
  readonly offset: number;
  /** What is wrong, in words. */
  readonly message: string;
}

/** What the readers of one message note: its fields, if requested, and its problems. */
export class Recording {
  /** Every field in the order of reading; undefined if fields are not recorded. */
  readonly fields: RecordedField[] | undefined;
  /** The problems that a lenient reader skipped. */
  readonly problems: Problem[] = [];
  /** Whether readers skip the problems that can be skipped. */
  readonly lenient: boolean;
  /** The index of the message's first byte in the bytes read; offsets count from it. */
  readonly origin: number;

  /**
   * @param options `record`: note fields. `lenient`: note problems instead of throwing. `origin`:
   *   where the message begins in the bytes read.
   */
  constructor(options: { readonly record?: boolean; readonly lenient?: boolean; readonly origin?: number }) {
    this.fields = options.record === true ? [] : undefined;
    this.lenient = options.lenient ?? false;
    this.origin = options.origin ?? 0;
  }

  /** Notes an error that a decoder threw. Any error other than CodecError is thrown again. */
  note(error: unknown, path: string): void {
    if (!(error instanceof CodecError)) throw error;
    const { structure, field, offset, message } = error;
    this.problems.push({ path: error.path ?? `${path}.${field}`, structure, field, offset, message });
  }
}

/**
 * A Reader that notes every field that a codec reads, and may be lenient. If bytes or text extend
 * beyond the end, a lenient reader takes those that are there. It also accepts constants that have
 * another value. Numbers that are missing, and faults that a codec reports, are still a CodecError,
 * so that no list goes on without bytes. Errors count their offset from the start of the message,
 * however deep the structure lies.
 */
export class RecordingReader extends Reader {
  readonly recording: Recording;
  /** The path of what is being read now. */
  path: string;
  #section: string | undefined;
  readonly #outer: { path: string; structure: string; section: string | undefined }[] = [];

  /**
   * @param path the name of the whole in paths; default: the structure's name. The other parameters
   *   are those of Reader.
   */
  constructor(
    recording: Recording,
    bytes: Uint8Array,
    structure: string | Structure,
    start = 0,
    end = bytes.length,
    base = start,
    path?: string,
    view?: DataView,
  ) {
    const name = typeof structure === 'string' ? structure : structure.name;
    super(bytes, name, start, end, base, view);
    this.recording = recording;
    this.path = path ?? name;
    this.#section = typeof structure === 'string' ? undefined : structure.section;
  }

  /** Continues as a reader of another structure, under that structure's own name in paths. */
  become(structure: Structure, path = structure.name): void {
    this.structure = structure.name;
    this.path = path;
    this.#section = structure.section;
  }

  override enter(field: string, index?: number, structure?: Structure): void {
    this.#outer.push({ path: this.path, structure: this.structure, section: this.#section });
    // Without a name this is an element of the list that is being read.
    if (field !== '') this.path += `.${field}`;
    if (index !== undefined) this.path += `[${index}]`;
    if (structure === undefined) return;
    this.structure = structure.name;
    this.#section = structure.section ?? this.#section;
  }

  override leave(): void {
    const outer = this.#outer.pop();
    if (outer === undefined) return;
    this.path = outer.path;
    this.structure = outer.structure;
    this.#section = outer.section;
  }

  override mark(): number {
    return this.#outer.length;
  }

  override recover(error: unknown, mark: number): void {
    if (!this.recording.lenient) throw error;
    this.recording.note(error, this.path);
    while (this.#outer.length > mark) this.leave();
  }

  override fail(field: string, detail: string, at = this.position): never {
    throw new CodecError(this.structure, field, at - this.recording.origin, detail, `${this.path}.${field}`);
  }

  override complain(field: string, detail: string, at = this.position): void {
    if (!this.recording.lenient) this.fail(field, detail, at);
    this.recording.problems.push({
      path: `${this.path}.${field}`,
      structure: this.structure,
      field,
      offset: at - this.recording.origin,
      message: `${this.structure}.${field}: ${detail}`,
    });
  }

  override u8(field: string): number {
    const value = super.u8(field);
    this.#record(field, this.position - 1, 1, value);
    return value;
  }

  override u16(field: string): number {
    const value = super.u16(field);
    this.#record(field, this.position - 2, 2, value);
    return value;
  }

  override u32(field: string): number {
    const value = super.u32(field);
    this.#record(field, this.position - 4, 4, value);
    return value;
  }

  override i32(field: string): number {
    const value = super.i32(field);
    this.#record(field, this.position - 4, 4, value);
    return value;
  }

  override u64(field: string): bigint {
    const value = super.u64(field);
    this.#record(field, this.position - 8, 8, value);
    return value;
  }

  override i64(field: string): bigint {
    const value = super.i64(field);
    this.#record(field, this.position - 8, 8, value);
    return value;
  }

  override u16s(count: number, field: string): number[] {
    const at = this.position;
    const there = this.#clip(2 * count, at, field) >> 1;
    const values = super.u16s(there, field);
    values.forEach((value, i) => {
      this.#record(`${field}[${i}]`, at + 2 * i, 2, value);
    });
    return values;
  }

  override take(length: number, field: string): Uint8Array {
    const at = this.position;
    const value = super.take(this.#clip(length, at, field), field);
    if (value.length > 0) this.#record(field, at, value.length, value);
    return value;
  }

  override guid(field: string): Guid {
    const at = this.position;
    // A GUID is either whole or an error, also for a lenient reader.
    if (this.remaining < 16) super.skip(16, field);
    const value = super.guid(field);
    this.#replace(at, value);
    return value;
  }

  override utf16(length: number, field: string): string {
    const at = this.position;
    const there = this.#even(this.#clip(length, at, field), at, field);
    const value = super.utf16(there, field);
    this.#replace(at, value);
    if (length > 0) this.position = Math.min(at + length, this.end);
    return value;
  }

  override skip(length: number, field: string): void {
    const at = this.position;
    super.skip(length, field);
    if (length > 0) this.#record(field, at, length, this.bytes.subarray(at, at + length));
  }

  override slice(offset: number, length: number, field: string): Uint8Array {
    const at = this.base + offset;
    const value = super.slice(offset, length === 0 ? 0 : this.#clip(length, at, field), field);
    if (value.length > 0) this.#record(field, at, value.length, value);
    return value;
  }

  override sliceUtf16(offset: number, length: number, field: string): string {
    const at = this.base + offset;
    const there = length === 0 ? 0 : this.#even(this.#clip(length, at, field), at, field);
    const value = super.sliceUtf16(offset, there, field);
    if (there > 0) this.#replace(at, value);
    return value;
  }

  override sub(structure: string | Structure, offset: number, length: number, field: string): Reader {
    const at = this.base + offset;
    const there = this.#clip(length, at, field);
    // Behind the end there is nothing to read. In all other cases this checks the bounds.
    const start = this.recording.lenient && at > this.end ? this.end : at;
    super.sub(structure, start - this.base, there, field);
    const path = `${this.path}.${field}`;
    const of = typeof structure === 'string' ? { name: structure, section: this.#section } : structure;
    return new RecordingReader(
      this.recording,
      this.bytes,
      { name: of.name, section: of.section ?? this.#section },
      start,
      start + there,
      start,
      path,
      this.view,
    );
  }

  #record(field: string, at: number, length: number, value: RecordedField['value']): void {
    this.recording.fields?.push({
      path: `${this.path}.${field}`,
      structure: this.structure,
      field,
      offset: at - this.recording.origin,
      length,
      value,
      section: this.#section,
    });
  }

  /** The field that was noted last, at `at`, is shown as text instead of bytes. */
  #replace(at: number, value: string): void {
    const { fields, origin } = this.recording;
    const last = fields?.at(-1);
    if (last !== undefined && last.offset === at - origin) fields![fields!.length - 1] = { ...last, value };
  }

  /** The length that a lenient reader takes: as many bytes as there are. */
  #clip(length: number, at: number, field: string): number {
    if (!this.recording.lenient || length < 0 || at < this.base || at + length <= this.end) return length;
    const there = Math.max(0, this.end - at);
    this.complain(field, `${length} bytes at ${at - this.recording.origin}, of which ${there} are there`, at);
    return at > this.end ? 0 : there;
  }

  #even(length: number, at: number, field: string): number {
    if (!this.recording.lenient || length % 2 === 0) return length;
    this.complain(field, `odd length ${length} of UTF-16 text`, at);
    return length - 1;
  }
}
