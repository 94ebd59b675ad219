import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { publishedPackages } from '../src/published.ts';
import { root } from '../src/tree.ts';

const names = new Set(publishedPackages().map(({ name }) => name));
const folder = join(root, '.changeset');

for (const file of readdirSync(folder).filter((name) => name.endsWith('.md'))) {
  test(`${file} says which packages it is of, and no line of it is lost`, (t) => {
    const match = /^---\n((?:['"]@tsmbd\/[a-z0-9-]+['"]: (?:major|minor|patch)\n)+)---\n\n?\S/.exec(
      readFileSync(join(folder, file), 'utf8'),
    );
    t.truthy(match, 'front matter is lines of package and bump between ---');
    for (const [, name] of match![1]!.matchAll(/['"]([^'"]+)['"]/g)) t.true(names.has(name!), name);
  });
}
