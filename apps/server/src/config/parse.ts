import { fold } from './fold.ts';

/** One `name = value` of a configuration file. */
export interface ConfigLine {
  readonly name: string;
  /** As written. The parameter decides what quotes in it mean. */
  readonly value: string;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

export interface ConfigSection {
  /** As written, without brackets. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly lines: ConfigLine[];
}

/** An error in a configuration file, with its place. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** What is needed to carry out `include`. */
export interface Includes {
  /**
   * The text of a file; undefined when there is none of that name. Throws when it cannot be read.
   */
  read(path: string): string | undefined;
  /** The path that the written one means. Throws if it cannot be known. */
  path(written: string): string;
  /** Told of what was skipped. */
  warn(line: ConfigLine, why: string): void;
}

/**
 * Reads smb.conf syntax: `[section]`, `name = value`, comments with `#` or `;`. A line that ends in
 * `\` continues on the next one. Lines before the first section belong to [global]. An `include` is
 * replaced by the content of its file; without `includes` it is a line like any other. Throws
 * ConfigError.
 */
export function parseConfig(text: string, file: string, includes?: Includes): ConfigSection[] {
  const parser = new Parser(includes);
  parser.read(text, file);
  if (parser.problems.length > 0) throw new ConfigError(parser.problems);
  return parser.sections;
}

/** The depth at which files that include each other are stopped. */
const MAX_DEPTH = 20;

class Parser {
  readonly sections: ConfigSection[] = [];
  readonly problems: string[] = [];
  readonly #includes: Includes | undefined;
  /** Files that are being read, the outermost first. */
  readonly #files: string[] = [];
  #current: ConfigSection | undefined;

  constructor(includes: Includes | undefined) {
    this.#includes = includes;
  }

  read(text: string, file: string): void {
    this.#files.push(file);
    const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
    for (let i = 0; i < lines.length; i++) {
      const start = i;
      let line = lines[i]!.trim();
      if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
      while (line.endsWith('\\') && i + 1 < lines.length) {
        i += 1;
        line = `${line.slice(0, -1).trimEnd()} ${lines[i]!.trim()}`;
      }
      this.#line(line, file, start + 1);
    }
    this.#files.pop();
  }

  #line(text: string, file: string, line: number): void {
    const at = `${file}:${line}`;
    const header = /^\[(.*)\]$/.exec(text);
    if (header !== null) {
      const name = header[1]!.trim();
      if (name === '') this.problems.push(`${at}: a section without a name`);
      else this.#current = this.#section(name, file, line);
      return;
    }
    const equals = text.indexOf('=');
    if (equals <= 0) {
      this.problems.push(`${at}: expected "name = value", found ${JSON.stringify(text.slice(0, 60))}`);
      return;
    }
    this.#current ??= this.#section('global', file, line);
    const parsed = { name: text.slice(0, equals).trim(), value: text.slice(equals + 1).trim(), file, line };
    if (this.#includes !== undefined && fold(parsed.name) === 'include') this.#include(parsed, this.#includes);
    else this.#current.lines.push(parsed);
  }

  #section(name: string, file: string, line: number): ConfigSection {
    const before = this.sections.find((section) => section.name.toLowerCase() === name.toLowerCase());
    if (before !== undefined) return before;
    const section = { name, file, line, lines: [] };
    this.sections.push(section);
    return section;
  }

  #include(line: ConfigLine, includes: Includes): void {
    try {
      const path = includes.path(line.value);
      if (this.#files.includes(path)) throw new Error('it includes itself');
      if (this.#files.length >= MAX_DEPTH) throw new Error(`more than ${MAX_DEPTH} files in each other`);
      const text = includes.read(path);
      if (text === undefined) includes.warn(line, 'there is no such file');
      else this.read(text, path);
    } catch (error) {
      this.problems.push(`${line.file}:${line.line}: include = ${line.value}: ${(error as Error).message}`);
    }
  }
}
