/** One `name = value` of a configuration file. */
export interface ConfigLine {
  readonly name: string;
  /** As written: what quotes in it mean is the parameter's. */
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

/** Something wrong with a configuration file, with its place. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads smb.conf syntax: `[section]`, `name = value`, comments with `#` or `;`, lines that end in `\` go on.
 * What comes before the first section belongs to [global]. Throws ConfigError.
 */
export function parseConfig(text: string, file: string): ConfigSection[] {
  const sections: ConfigSection[] = [];
  const problems: string[] = [];
  let current: ConfigSection | undefined;
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const start = i;
    let line = lines[i]!.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    while (line.endsWith('\\') && i + 1 < lines.length) {
      i += 1;
      line = `${line.slice(0, -1).trimEnd()} ${lines[i]!.trim()}`;
    }
    const at = `${file}:${start + 1}`;
    const header = /^\[(.*)\]$/.exec(line);
    if (header !== null) {
      const name = header[1]!.trim();
      if (name === '') {
        problems.push(`${at}: a section without a name`);
        continue;
      }
      current = sections.find((section) => section.name.toLowerCase() === name.toLowerCase());
      if (current === undefined) {
        current = { name, file, line: start + 1, lines: [] };
        sections.push(current);
      }
      continue;
    }
    const equals = line.indexOf('=');
    if (equals <= 0) {
      problems.push(`${at}: expected "name = value", found ${JSON.stringify(line.slice(0, 60))}`);
      continue;
    }
    if (current === undefined) {
      current = { name: 'global', file, line: start + 1, lines: [] };
      sections.push(current);
    }
    current.lines.push({
      name: line.slice(0, equals).trim(),
      value: line.slice(equals + 1).trim(),
      file,
      line: start + 1,
    });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return sections;
}
