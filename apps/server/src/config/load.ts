import { readFileSync } from 'node:fs';
import { closestName } from './closest-name.ts';
import { unquoted } from './list.ts';
import { IGNORED_PARAMETERS, SPECIAL_SECTIONS } from './not-served.ts';
import {
  GLOBAL_PARAMETERS,
  type GlobalValues,
  type Parameter,
  SHARE_PARAMETERS,
  type ShareValues,
} from './parameters.ts';
import { ConfigError, type ConfigLine, type ConfigSection, parseConfig } from './parse.ts';
import { isPerConnect } from './substitutions.ts';

/** A configuration, checked, with defaults filled in. */
export interface Settings {
  readonly global: GlobalValues;
  /** Shares by name, as written. */
  readonly shares: ReadonlyMap<string, ShareValues>;
  /** Lines that were passed over, and why. */
  readonly warnings: readonly string[];
}

/** Reads a configuration file. Throws ConfigError with every problem, each with file and line. */
export function loadConfig(file: string): Settings {
  return settingsOf(parseConfig(readFileSync(file, 'utf8'), file));
}

/** Checks the sections of a configuration against the parameter tables. */
export function settingsOf(sections: readonly ConfigSection[]): Settings {
  const problems: string[] = [];
  const warnings: string[] = [];
  const globals = sections.find((section) => isGlobal(section));
  const global = valuesOf(GLOBAL_PARAMETERS, [], globals?.lines ?? [], problems, warnings) as GlobalValues;
  // Share parameters in [global] are the defaults of all shares; a name that both have means the server there.
  const shareDefaults = (globals?.lines ?? []).filter(
    (line) => find(GLOBAL_PARAMETERS, line.name) === undefined && find(SHARE_PARAMETERS, line.name) !== undefined,
  );
  const shares = new Map<string, ShareValues>();
  for (const section of sections) {
    if (isGlobal(section)) continue;
    if (/[\\/:*?"<>|]/.test(section.name) || section.name.toLowerCase() === 'ipc$') {
      problems.push(`${section.file}:${section.line}: [${section.name}] cannot be a share's name`);
      continue;
    }
    const special = SPECIAL_SECTIONS[section.name.toLowerCase()];
    if (special !== undefined) {
      problems.push(`${section.file}:${section.line}: [${section.name}] is not supported: ${special}`);
      continue;
    }
    const values = valuesOf(SHARE_PARAMETERS, shareDefaults, section.lines, problems, warnings) as ShareValues;
    if (values.path === '') problems.push(`${section.file}:${section.line}: [${section.name}] has no path`);
    if (values.continuousAvailability && isPerConnect(values.path)) {
      problems.push(
        `${section.file}:${section.line}: [${section.name}] is continuously available, so its path cannot be another for each connect`,
      );
    }
    shares.set(section.name, values);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { global, shares, warnings };
}

function isGlobal(section: ConfigSection): boolean {
  return section.name.toLowerCase() === 'global';
}

type Table = Readonly<Record<string, Parameter<never>>>;

/** Names are compared without case and without spaces, as Samba does. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]+/g, '');
}

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
  problems: string[],
  warnings: string[],
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, parameter] of Object.entries(table as Table)) values[key] = parameter.default;
  const global = table === GLOBAL_PARAMETERS;
  for (const line of [...defaults, ...lines]) {
    const at = `${line.file}:${line.line}`;
    const found = find(table, line.name);
    if (found === undefined) {
      if (global && find(SHARE_PARAMETERS, line.name) !== undefined) continue;
      unknown(line, at, table, problems, warnings);
      continue;
    }
    // The quotes of a list are around its elements.
    const text = found.parameter.type === 'list' ? line.value : unquoted(line.value);
    const result = found.parameter.schema.safeParse(text);
    if (result.success) values[found.key] = found.inverted ? !(result.data as boolean) : result.data;
    else problems.push(`${at}: ${line.name} = ${line.value}: ${result.error.issues.map((i) => i.message).join('; ')}`);
  }
  return values;
}

function unknown(line: ConfigLine, at: string, table: object, problems: string[], warnings: string[]): void {
  const ignored = Object.entries(IGNORED_PARAMETERS).find(([name]) => fold(name) === fold(line.name));
  if (ignored !== undefined) {
    warnings.push(`${at}: "${line.name}" has no effect: ${ignored[1]}`);
    return;
  }
  if (table === SHARE_PARAMETERS && find(GLOBAL_PARAMETERS, line.name) !== undefined) {
    problems.push(`${at}: "${line.name}" belongs into [global]`);
    return;
  }
  const names = [GLOBAL_PARAMETERS, SHARE_PARAMETERS].flatMap((t) =>
    Object.values(t as unknown as Table).flatMap((p) => [p.name, ...p.synonyms.map((n) => n.replace(/^!/, ''))]),
  );
  const near = closestName(line.name.toLowerCase(), names);
  problems.push(`${at}: unknown parameter "${line.name}"${near === undefined ? '' : `; did you mean "${near}"?`}`);
}
