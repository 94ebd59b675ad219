import { readFileSync } from 'node:fs';
import { accountKey } from '@tsmbd/ms-dtyp';
import { parseList } from '../config/list.ts';

/** The account's name for the name that a client gave. */
export type UsernameMap = (name: string) => string;

/** The most lines of a file. */
const MAX_LINES = 10_000;

/**
 * Reads a file of `username map`, smb.conf(5): lines `account = name name…`, with names in quotes
 * where they have spaces. `!` before the account ends the search at this line if it matches, `*` is
 * every name, and lines that begin with `#` or `;` are remarks. All lines are gone through in their
 * order, each with what the line before has made of the name. Throws an Error that names the line.
 */
export function usernameMap(file: string): UsernameMap {
  return mapOf(readFileSync(file, 'utf8'));
}

/** The same for the file's text. */
export function mapOf(text: string): UsernameMap {
  const rules: Rule[] = [];
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    if (rules.length === MAX_LINES) throw new Error(`more than ${MAX_LINES} lines`);
    rules.push(ruleOf(line, i + 1));
  }
  return (name) => {
    let now = name;
    for (const { account, names, isLast } of rules) {
      if (!names.some((one) => one === '*' || accountKey(one) === accountKey(now))) continue;
      now = account;
      if (isLast) break;
    }
    return now;
  };
}

interface Rule {
  readonly account: string;
  readonly names: readonly string[];
  readonly isLast: boolean;
}

function ruleOf(line: string, number: number): Rule {
  const equals = line.indexOf('=');
  const left = line.slice(0, Math.max(0, equals)).trim();
  const account = left.replace(/^!/, '').trim();
  const names = parseList(line.slice(equals + 1)) ?? [];
  if (equals < 0 || account === '' || names.length === 0) throw new Error(`line ${number}: expected account = names`);
  const group = names.find((name) => /^[@+&]/.test(name));
  if (group !== undefined) throw new Error(`line ${number}: ${group}: groups are not supported here`);
  return { account, names, isLast: left.startsWith('!') };
}
