import { z } from 'zod';
import { isUserName } from '../user-name.ts';
import { hostProblem } from './hosts.ts';
import { parseList } from './list.ts';
import { verdictOnModule } from './not-served.ts';
import { SUBSTITUTIONS, substitutionsIn } from './substitutions.ts';

/* How the text of a value is read. What it cannot be is said for people. */

const YES = new Set(['yes', 'true', 'on', '1']);
const NO = new Set(['no', 'false', 'off', '0']);

export const boolean = z.string().transform((text, ctx) => {
  const value = text.toLowerCase();
  if (YES.has(value)) return true;
  if (NO.has(value)) return false;
  ctx.addIssue('expected yes or no');
  return z.NEVER;
});
export const text = z.string();
export const list = z.string().transform((value, ctx) => {
  const items = parseList(value);
  if (items !== undefined && !items.includes('')) return items;
  ctx.addIssue(items === undefined ? 'a quote that is not closed' : 'an element without a name');
  return z.NEVER;
});
/** Names between slashes, as smbd has them: a name may have spaces. */
export const names = z.string().transform((value) => value.split('/').filter((name) => name.trim() !== ''));
export const path = z
  .string()
  .refine(
    (value) => substitutionsIn(value).every((letter) => SUBSTITUTIONS.includes(letter)),
    `substitutions other than ${[...SUBSTITUTIONS].map((letter) => `%${letter}`).join(', ')} are not supported`,
  );
/** A name that no account can have would keep nobody out, so it is refused and not ignored. */
export const users = list
  .refine((names) => names.every((name) => !/^[@+&]+$/.test(name)), 'a group without a name')
  .refine((names) => names.every((name) => !name.includes('\\')), 'names with a domain are not supported')
  .refine((names) => names.every((name) => !/%[A-Za-z$]/.test(name)), 'substitutions are not supported here')
  .refine(
    (names) => names.every((name) => /[\\]|^[@+&]/.test(name) || isUserName(name)),
    'a name that no account can have',
  );
/** One user or group. It is looked up when the shares are made. */
export const oneUser = z
  .string()
  .refine((name) => !name.includes('\\'), 'names with a domain are not supported')
  .refine((name) => !/%[A-Za-z$]/.test(name), 'substitutions are not supported here');
/** Modules of smbd. A module is refused if ignoring it would let somebody in or lose data. */
export const modules = list.superRefine((names, ctx) => {
  for (const name of names) {
    const verdict = verdictOnModule(name);
    if (verdict === undefined) ctx.addIssue(`the module ${name} is not known`);
    else if (verdict.verdict === 'refused') ctx.addIssue(`${name} is refused: ${verdict.why}`);
  }
});
export const hosts = list.superRefine((elements, ctx) => {
  for (const element of elements) {
    const problem = hostProblem(element);
    if (problem !== undefined) ctx.addIssue(`${element}: ${problem}`);
  }
});
/** The server must know completely which hosts are kept out. */
export const deniedHosts = hosts.refine(
  (elements) => elements.every((element) => element.toUpperCase() !== 'LOCAL'),
  'LOCAL cannot be denied: clients are known by their addresses alone',
);
export const ports = list.transform((items, ctx) => {
  const numbers = items.map((item) => (/^\d+$/.test(item) ? Number(item) : Number.NaN));
  if (numbers.length > 0 && numbers.every((port) => port <= 65_535)) return [...new Set(numbers)] as readonly number[];
  ctx.addIssue('expected ports from 0 to 65535');
  return z.NEVER;
});
export const integer = (min: number, max: number) =>
  z.string().transform((value, ctx) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    ctx.addIssue(`expected a whole number from ${min} to ${max}`);
    return z.NEVER;
  });
export const octal = z.string().transform((value, ctx) => {
  if (/^[0-7]{1,5}$/.test(value)) return Number.parseInt(value, 8);
  ctx.addIssue('expected an octal mode such as 0644');
  return z.NEVER;
});
/** Bytes, with the units that ksmbd and Samba take. */
export const size = (min: number, max: number) =>
  z.string().transform((value, ctx) => {
    const match = /^(\d+)\s*([KMG]?)B?$/i.exec(value);
    const number = match === null ? Number.NaN : Number(match[1]) * UNITS[match[2]!.toUpperCase()]!;
    if (number >= min && number <= max) return number;
    ctx.addIssue(`expected a size from ${min} to ${max} bytes`);
    return z.NEVER;
  });
const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1 << 10, M: 1 << 20, G: 1 << 30 };
export const oneOf = <T extends string>(values: Readonly<Record<string, T>>) =>
  z.string().transform((value, ctx) => {
    const found = values[value.toLowerCase()];
    if (found !== undefined) return found;
    ctx.addIssue(`expected one of ${[...new Set(Object.keys(values))].join(', ')}`);
    return z.NEVER;
  });

export const CIPHER_NAMES = ['AES-128-GCM', 'AES-256-GCM', 'AES-128-CCM', 'AES-256-CCM'];
export const SIGNING_NAMES = ['AES-128-GMAC', 'AES-128-CMAC', 'HMAC-SHA256'];
/** A list of its own, or the default with some names removed and added. */
export function algorithms(all: readonly string[]) {
  return list.transform((items, ctx) => {
    const names = items.map((item) => item.replace(/^[+-]/, '').toUpperCase());
    const signs = items.filter((item) => /^[+-]/.test(item)).length;
    const chosen =
      signs === 0 ? names : all.filter((name) => !names.some((n, i) => n === name && items[i]![0] === '-'));
    if (names.every((n) => all.includes(n)) && (signs === 0 || signs === items.length) && chosen.length > 0) {
      return [...new Set(chosen)] as readonly string[];
    }
    ctx.addIssue(`expected some of ${all.join(', ')}, all of them or none with + or -`);
    return z.NEVER;
  });
}

export const REQUIRED_WORDS = {
  disabled: 'off',
  no: 'off',
  off: 'off',
  yes: 'required',
  mandatory: 'required',
  required: 'required',
} as const;
export const encryption = oneOf({
  ...REQUIRED_WORDS,
  auto: 'desired',
  default: 'desired',
  desired: 'desired',
  if_required: 'desired',
  enabled: 'desired',
} as const);
