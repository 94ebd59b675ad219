import { readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { root, sourceFiles } from './tree.ts';

/** An import of a file of the same package. Both paths start at the package's sources. */
export interface FileImport {
  readonly from: string;
  readonly to: string;
  /** Nothing of the import is left when the types are removed. */
  readonly isOfTypes: boolean;
}

const STATEMENT = /^(?:import|export)\s+(type\s+)?([^;]*?)\bfrom\s+'(\.[^']+)'/gm;

/** The imports between source files of one package, such as `packages/smb2-server`. */
export function importsWithin(owner: string): FileImport[] {
  const sources = join(owner, 'src');
  const within = sourceFiles().filter((file) => file.startsWith(sources + sep));
  return within.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(STATEMENT)].map(([, type, what = '', target = '']) => ({
      from: relative(sources, file),
      to: relative(sources, normalize(join(dirname(file), target))),
      isOfTypes: type !== undefined || isListOfTypes(what),
    })),
  );
}

function isListOfTypes(what: string): boolean {
  const names = /^\{([^}]*)\}\s*$/.exec(what)?.[1]?.split(',') ?? [];
  const given = names.map((name) => name.trim()).filter((name) => name !== '');
  return given.length > 0 && given.every((name) => name.startsWith('type '));
}

/** Groups of files that import one another in a circle: Tarjan's strongly connected components. */
export function circlesOf(imports: readonly FileImport[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const target of targets.get(file) ?? []) {
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) low.set(file, Math.min(low.get(file)!, low.get(target)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) circles.push(circle.toSorted());
  };
  for (const file of targets.keys()) if (!index.has(file)) visit(file);
  return circles;
}
