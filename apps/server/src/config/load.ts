import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { isBadShareName } from '../share-name.ts';
import { systemReason } from '../system-error.ts';
import { closestName } from './closest-name.ts';
import { copied } from './copy.ts';
import { fold } from './fold.ts';
import { unquoted } from './list.ts';
import { expanded, type Macros } from './macros.ts';
import { SPECIAL_SECTIONS, type Verdict, verdictOn, verdictOnModule } from './not-served.ts';
import {
  GLOBAL_PARAMETERS,
  type GlobalValues,
  type Parameter,
  SHARE_PARAMETERS,
  type ShareValues,
} from './parameters.ts';
import { ConfigError, type ConfigLine, type ConfigSection, type Includes, parseConfig } from './parse.ts';
import { isPerConnect } from './substitutions.ts';

/** A configuration, checked, with defaults filled in. */
export interface Settings {
  readonly global: GlobalValues;
  /** Shares by name, as written. */
  readonly shares: ReadonlyMap<string, ShareValues>;
  /** Remarks on lines that were accepted. */
  readonly notes: readonly Note[];
}

/**
 * Something about a line that was taken.
 * - none: it has no effect here. less: Samba does more. caution: it does something that is seldom
 *   meant.
 */
export interface Note {
  readonly kind: 'none' | 'less' | 'caution';
  /** With file and line. */
  readonly text: string;
}

/** The remarks for a person who starts a server. Lines without effect are not among them. */
export function remarksOn({ notes }: Settings): string[] {
  return notes.filter(({ kind }) => kind !== 'none').map(({ text }) => text);
}

/** How strict to be. */
export interface LoadOptions {
  /** Unknown names, and parameters in the wrong section, are skipped with a note. */
  readonly lenient?: boolean;
}

/** Everything that was found in a configuration. */
export interface Inspection {
  readonly settings: Settings;
  /**
   * Errors, and lines that are refused because ignoring them would let somebody in or lose data.
   */
  readonly problems: readonly { readonly text: string; readonly refused: boolean }[];
  /** The number of lines that do here what they mean. */
  readonly implemented: number;
}

/** Reads a configuration file. Throws ConfigError with every problem, each with file and line. */
export function loadConfig(file: string, options: LoadOptions = {}): Settings {
  return orThrow(inspectConfig(file, options));
}

/**
 * Reads a configuration file and returns everything that was found, whatever is wrong with the
 * file. Throws if it cannot be read.
 */
export function inspectConfig(file: string, options: LoadOptions = {}): Inspection {
  const notes: Note[] = [];
  return inspect(parseConfig(textOf(file), file, includesFrom(file, notes)), options, notes);
}

/** The same for sections that have been read already. */
export function inspectSections(sections: readonly ConfigSection[], options: LoadOptions = {}): Inspection {
  return inspect(sections, options, []);
}

/** Checks the sections of a configuration against the parameter tables. */
export function settingsOf(sections: readonly ConfigSection[], options: LoadOptions = {}): Settings {
  return orThrow(inspectSections(sections, options));
}

function orThrow({ settings, problems }: Inspection): Settings {
  if (problems.length > 0) throw new ConfigError(problems.map(({ text }) => text));
  return settings;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`the configuration ${file} cannot be read: ${systemReason(error)}`, { cause: error });
  }
}

function includesFrom(file: string, notes: Note[]): Includes {
  return {
    path(written) {
      if (/^registry$/i.test(written)) throw new Error('what the registry forbids would not be forbidden');
      const { text, left } = expanded(unquoted(written), { netbiosName: hostname().split('.')[0]!.toUpperCase() });
      if (left.length > 0) throw new Error(`what it forbids is another for each client: ${left.join(', ')}`);
      return resolve(dirname(file), text);
    },
    read(path) {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw new Error(systemReason(error), { cause: error });
      }
    },
    warn: (line, why) => notes.push({ kind: 'less', text: `${atOf(line)}: include = ${line.value}: ${why}` }),
  };
}

/** Collects the remarks on lines. */
class Findings {
  readonly problems: { text: string; refused: boolean }[] = [];
  readonly notes: Note[];
  readonly lenient: boolean;
  /** The number of accepted lines. A default for all shares counts once. */
  readonly taken = new Set<ConfigLine>();

  constructor(notes: Note[], lenient: boolean) {
    this.notes = notes;
    this.lenient = lenient;
  }

  wrong(text: string, refused = false): void {
    // Otherwise a default for all shares would have the same remark once for each share.
    if (!this.problems.some((problem) => problem.text === text)) this.problems.push({ text, refused });
  }

  note(kind: Note['kind'], text: string): void {
    if (!this.notes.some((note) => note.text === text)) this.notes.push({ kind, text });
  }

  /** An error; with `lenient` it is a note instead, because ignoring the line lets nobody in. */
  wrongUnlessLenient(text: string): void {
    if (this.lenient) this.note('less', `${text}; passed over`);
    else this.wrong(text);
  }

  verdict({ verdict, why }: Verdict, at: string, what: string): void {
    if (verdict === 'refused') this.wrong(`${at}: ${what} is refused: ${why}`, true);
    else if (verdict === 'less') this.note('less', `${at}: ${what} does less than in Samba: ${why}`);
    else this.note('none', `${at}: ${what} has no effect: ${why}`);
  }
}

function inspect(sections: readonly ConfigSection[], options: LoadOptions, notes: Note[]): Inspection {
  const findings = new Findings(notes, options.lenient === true);
  const globals = sections.find((section) => isGlobal(section));
  const named = globals?.lines.findLast((line) => fold(line.name) === 'netbiosname')?.value;
  const macros = { netbiosName: named || hostname().split('.')[0]!.toUpperCase() };
  const global = valuesOf(GLOBAL_PARAMETERS, [], globals?.lines ?? [], macros, findings) as GlobalValues;
  // Share parameters in [global] are the defaults for all shares. A name that is both a global and
  // a share parameter means the global one there.
  const shareDefaults = (globals?.lines ?? []).filter(
    (line) => find(GLOBAL_PARAMETERS, line.name) === undefined && find(SHARE_PARAMETERS, line.name) !== undefined,
  );
  const shares = new Map<string, ShareValues>();
  const done = new Map<string, readonly ConfigLine[]>();
  for (const section of sections) {
    if (isGlobal(section)) continue;
    const at = atOf(section);
    if (isBadShareName(section.name)) {
      findings.wrong(`${at}: [${section.name}] cannot be a share's name`);
      continue;
    }
    const lines = copied(section, done, (text) => findings.wrong(text));
    done.set(fold(section.name), lines);
    const special = SPECIAL_SECTIONS[section.name.toLowerCase()];
    if (special !== undefined) {
      findings.verdict(special, at, `[${section.name}]`);
      continue;
    }
    const values = valuesOf(
      SHARE_PARAMETERS,
      shareDefaults,
      lines,
      { ...macros, share: section.name },
      findings,
    ) as ShareValues;
    checkShare(section, values, global, findings);
    shares.set(section.name, values);
  }
  const { problems, taken } = findings;
  return { settings: { global, shares, notes: findings.notes }, problems, implemented: taken.size };
}

/** Combinations of values of a share that are wrong, or that are seldom meant. */
function checkShare(section: ConfigSection, values: ShareValues, global: GlobalValues, findings: Findings): void {
  if (!values.available) return;
  const at = `${atOf(section)}: [${section.name}]`;
  if (values.path === '') findings.wrong(`${at} has no path`);
  if (values.continuousAvailability && isPerConnect(values.path)) {
    findings.wrong(`${at} is continuously available, so its path cannot be another for each connect`);
  }
  const noGuests = (global.mapToGuest === 'never' || global.mapToGuest === 'bad uid') && global.restrictAnonymous > 0;
  if (values.guestOk && noGuests) {
    findings.note(
      'caution',
      `${at} has guest ok = yes, but nobody becomes a guest: map to guest = bad user in [global] lets them in`,
    );
  }
  if (values.guestOnly && !values.guestOk) {
    findings.note('caution', `${at} has guest only = yes, which means nothing without guest ok = yes`);
  }
  for (const module of values.vfsObjects) {
    const verdict = verdictOnModule(module);
    if (verdict?.verdict === 'less') findings.verdict(verdict, at, `the module ${module}`);
  }
}

function isGlobal(section: ConfigSection): boolean {
  return /^globals?$/i.test(section.name);
}

function atOf({ file, line }: { readonly file: string; readonly line: number }): string {
  return `${file}:${line}`;
}

type Table = Readonly<Record<string, Parameter<never>>>;

interface Found {
  readonly key: string;
  readonly parameter: Parameter;
  readonly inverted: boolean;
}

function find(table: object, name: string): Found | undefined {
  const wanted = fold(name);
  for (const [key, parameter] of Object.entries(table as Table) as [string, Parameter][]) {
    if (fold(parameter.name) === wanted) return { key, parameter, inverted: false };
    for (const synonym of parameter.synonyms) {
      const inverted = synonym.startsWith('!');
      if (fold(inverted ? synonym.slice(1) : synonym) === wanted) return { key, parameter, inverted };
    }
  }
  return undefined;
}

function valuesOf(
  table: object,
  defaults: readonly ConfigLine[],
  lines: readonly ConfigLine[],
  macros: Macros,
  findings: Findings,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, parameter] of Object.entries(table as Table)) values[key] = parameter.default;
  const global = table === GLOBAL_PARAMETERS;
  for (const line of [...defaults, ...lines]) {
    const found = find(table, line.name);
    if (found === undefined) {
      if (!global || find(SHARE_PARAMETERS, line.name) === undefined) notFound(line, table, findings);
      continue;
    }
    const result = found.parameter.schema.safeParse(textFor(found.parameter, line, macros, findings));
    if (result.success) {
      values[found.key] = found.inverted ? !(result.data as boolean) : result.data;
      findings.taken.add(line);
    } else {
      const issues = result.error.issues.map((i) => i.message).join('; ');
      // Only bad values of lists count as refused rather than wrong: without them, the users or
      // hosts that they name would be let in.
      findings.wrong(`${atOf(line)}: ${line.name} = ${line.value}: ${issues}`, /refused|not supported/.test(issues));
    }
  }
  return values;
}

/**
 * The value with the macros that are known now replaced, and without quotes that surround all of
 * it.
 */
function textFor({ type }: Parameter, line: ConfigLine, macros: Macros, findings: Findings): string {
  // Its % are those of strftime, and no macros.
  if (type === 'strftime') return unquoted(line.value);
  // A share's name is checked before it becomes part of a path.
  const { text, left } = expanded(line.value, type === 'path' ? { netbiosName: macros.netbiosName } : macros);
  if (type === 'text' && left.length > 0) {
    findings.note('less', `${atOf(line)}: "${line.name}" shows ${left.join(', ')} as it is written`);
  }
  // In a list, quotes surround the elements.
  return type === 'list' || type === 'hosts' || type === 'ports' ? text : unquoted(text);
}

function notFound(line: ConfigLine, table: object, findings: Findings): void {
  const at = atOf(line);
  const verdict = verdictOn(line.name, line.value);
  if (verdict !== undefined) {
    findings.verdict(verdict, at, `"${line.name}"`);
    return;
  }
  if (table === SHARE_PARAMETERS && find(GLOBAL_PARAMETERS, line.name) !== undefined) {
    findings.wrongUnlessLenient(`${at}: "${line.name}" belongs into [global]`);
    return;
  }
  const names = [GLOBAL_PARAMETERS, SHARE_PARAMETERS].flatMap((t) =>
    Object.values(t as unknown as Table).flatMap((p) => [p.name, ...p.synonyms.map((n) => n.replace(/^!/, ''))]),
  );
  const near = closestName(line.name.toLowerCase(), names);
  findings.wrongUnlessLenient(
    `${at}: unknown parameter "${line.name}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
  );
}
