import { FileMarks, type FileOpen } from '../model/index.ts';

/** Sets or clears one of FileMarks of a file. */
type Mark = (key: string, mark: number, on: boolean) => void;

/**
 * Says to the other workers which files have persistent opens. If this worker dies, nobody opens
 * these files before they are restored. A stream belongs to the home of its file, so its file is
 * marked.
 */
export class PersistentMarks {
  readonly #mark: Mark;
  readonly #files = new Map<FileOpen, string>();
  /** How many of the opens each file has. */
  readonly #counts = new Map<string, number>();

  constructor(mark: Mark) {
    this.#mark = mark;
  }

  add(open: FileOpen): void {
    if (this.#files.has(open)) return;
    const file = open.handle.file?.identity ?? open.key;
    this.#files.set(open, file);
    this.#counts.set(file, (this.#counts.get(file) ?? 0) + 1);
    this.#mark(file, FileMarks.PERSISTENT, true);
  }

  delete(open: FileOpen): void {
    const file = this.#files.get(open);
    if (file === undefined) return;
    this.#files.delete(open);
    const count = this.#counts.get(file)! - 1;
    if (count > 0) {
      this.#counts.set(file, count);
      return;
    }
    this.#counts.delete(file);
    this.#mark(file, FileMarks.PERSISTENT, false);
  }
}
