import { ACCOUNTS } from './classes/accounts.ts';
import { DOMAIN } from './classes/domain.ts';
import { FILES } from './classes/files.ts';
import { MODULE_OPTIONS, MODULES } from './classes/modules.ts';
import { NETWORK } from './classes/network.ts';
import { PRINTING } from './classes/printing.ts';
import { PROCESS } from './classes/process.ts';
import { fold } from './fold.ts';
import type { VerdictClass, VerdictGroup } from './verdict.ts';

/** Parameters of Samba and ksmbd that tsmbd knows and does not implement, by subject. */
export const NOT_SERVED: readonly VerdictGroup[] = [
  ...ACCOUNTS,
  ...FILES,
  ...NETWORK,
  ...DOMAIN,
  ...PRINTING,
  ...PROCESS,
  ...MODULE_OPTIONS,
];

export { MODULES };

/** Sections that have a special meaning in Samba. They are not served. */
export const SPECIAL_SECTIONS: Readonly<Record<string, Verdict>> = {
  homes: { verdict: 'less', why: 'home folders are not shared by themselves; name each as a share' },
  printers: { verdict: 'none', why: 'there are no printers' },
  print$: { verdict: 'none', why: 'there are no printers' },
};

/** The verdict on one line. */
export interface Verdict {
  readonly verdict: VerdictClass;
  readonly why: string;
}

/**
 * The verdict on a parameter with this value; undefined if the parameter is not known. A name
 * without a value has no effect.
 */
export function verdictOn(name: string, value: string): Verdict | undefined {
  return verdictIn(NOT_SERVED, name, value);
}

/** The same for a module of `vfs objects`. */
export function verdictOnModule(name: string): Verdict | undefined {
  // `recycle:other` is the module `recycle` under another name.
  return verdictIn(MODULES, name.split(':')[0]!, name);
}

function verdictIn(groups: readonly VerdictGroup[], name: string, value: string): Verdict | undefined {
  const of = indexOf(groups).get(fold(name)) ?? wildcard(groups, fold(name));
  if (of === undefined) return undefined;
  const found = value === '' ? undefined : of.find(({ when }) => when === undefined || when.test(value));
  return found ?? { verdict: 'none', why: 'it is so in any case' };
}

/** Groups of names that end in `*`. */
function wildcard(groups: readonly VerdictGroup[], name: string): readonly VerdictGroup[] | undefined {
  const found = groups.filter((g) => g.names.some((n) => n.endsWith('*') && name.startsWith(fold(n.slice(0, -1)))));
  return found.length === 0 ? undefined : found;
}

const indexes = new WeakMap<readonly VerdictGroup[], ReadonlyMap<string, readonly VerdictGroup[]>>();

/** Groups by the names in them; the groups of a name are in their order. */
function indexOf(groups: readonly VerdictGroup[]): ReadonlyMap<string, readonly VerdictGroup[]> {
  const known = indexes.get(groups);
  if (known !== undefined) return known;
  const index = Map.groupBy(
    groups.flatMap((g) => g.names.map((name) => ({ name: fold(name), g }))),
    ({ name }) => name,
  );
  const made = new Map([...index].map(([name, list]) => [name, list.map(({ g }) => g)]));
  indexes.set(groups, made);
  return made;
}
