import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join, matchesGlob } from 'node:path';
import type { Mutant } from './mutant.ts';

/** The faults in a list of mutants, one line for each. To find them no test has to run. */
export function faultsOf(mutants: readonly Mutant[], root: string): string[] {
  const seen = new Set<string>();
  const made = new Map<string, string>();
  return mutants.flatMap((mutant) => {
    const faults = [...nameFaults(mutant, seen), ...textFaults(mutant, root, made), ...testFaults(mutant, root)];
    return faults.map((fault) => `${mutant.name}: ${fault}`);
  });
}

/** The mutated text of a file. Throws if `find` does not occur exactly once in the text. */
export function mutate(text: string, mutant: Mutant): string {
  const parts = text.split(mutant.find);
  if (parts.length !== 2) {
    throw new Error(`${mutant.name}: the text to find stands ${parts.length - 1} times in ${mutant.file}`);
  }
  return parts.join(mutant.replace);
}

/** `packages/smb2-codec/test/a.test.ts` → `packages/smb2-codec`. */
export function packageOf(file: string): string {
  return file.split('/').slice(0, 2).join('/');
}

function nameFaults({ name, why, tests }: Mutant, seen: Set<string>): string[] {
  const faults: string[] = [];
  if (seen.has(name)) faults.push('the name stands twice');
  seen.add(name);
  if (!/^[a-z0-9]+(-[a-z0-9]+)+$/.test(name)) faults.push('the name is not kebab-case');
  if (why.length < 20) faults.push('does not say why the rule matters');
  if (tests.length === 0) faults.push('names no test');
  return faults;
}

/**
 * `made` has the mutated files of the earlier mutants, with the mutants' names: the same mutation
 * may occur only once.
 */
function textFaults(mutant: Mutant, root: string, made: Map<string, string>): string[] {
  const path = join(root, mutant.file);
  if (!existsSync(path)) return [`${mutant.file} does not exist`];
  if (mutant.find === mutant.replace) return ['changes nothing'];
  try {
    // A mutant that does not parse would be killed by every test.
    const text = mutate(readFileSync(path, 'utf8'), mutant);
    stripTypeScriptTypes(text);
    const key = `${mutant.file}\0${text}`;
    const twin = made.get(key) ?? mutant.name;
    made.set(key, twin);
    return twin === mutant.name ? [] : [`is the same mutation as ${twin}`];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** `npm test` runs ava in each package that has a script for it. */
function testFaults({ tests }: Mutant, root: string): string[] {
  return tests.flatMap((test) => {
    if (!existsSync(join(root, test))) return [`${test} does not exist`];
    const manifest = JSON.parse(readFileSync(join(root, packageOf(test), 'package.json'), 'utf8')) as {
      scripts?: Record<string, string>;
      ava?: { files?: readonly string[] };
    };
    const inside = test.slice(packageOf(test).length + 1);
    const runs =
      manifest.scripts?.['test'] === 'ava' && manifest.ava?.files?.some((glob) => matchesGlob(inside, glob)) === true;
    return runs ? [] : [`${test} is not a test of npm test`];
  });
}
