import { readdirSync } from 'node:fs';
import type { Mutant } from './mutant.ts';

export type { Mutant } from './mutant.ts';

/**
 * The mutants of each area: `src/rules/session.ts` is the area `session`. Each file exports one
 * array.
 */
export const AREAS: ReadonlyMap<string, readonly Mutant[]> = new Map(await Promise.all(areaNames().map(load)));

/** All mutants of all areas. */
export const MUTANTS: readonly Mutant[] = [...AREAS.values()].flat();

function areaNames(): string[] {
  return readdirSync(new URL('./rules/', import.meta.url))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

async function load(area: string): Promise<[string, readonly Mutant[]]> {
  const lists = Object.values((await import(`./rules/${area}.ts`)) as Record<string, unknown>);
  const [list] = lists;
  if (lists.length !== 1 || !Array.isArray(list)) throw new Error(`src/rules/${area}.ts does not export one array`);
  return [area, list as readonly Mutant[]];
}
