import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'ava';
import { files, packageOf, root, sourceFiles } from '../src/tree.ts';

const documents = files().filter(
  (file) => /\.md$/.test(file) && !/^(\.changeset|test-fixtures)\/|CHANGELOG/.test(file),
);

const PARTS = [...new Set(sourceFiles().map(packageOf))];

/**
 * Where the documents' file names begin: the root, or the folder of the document, or of a
 * package or tool.
 */
function placesFor(document: string): string[] {
  const own = dirname(document);
  return ['', 'packages', own, join(own, 'src'), ...PARTS, ...PARTS.map((part) => join(part, 'src'))];
}

test('the TypeScript files that documents name are there', (t) => {
  let count = 0;
  for (const document of documents) {
    const text = readFileSync(join(root, document), 'utf8');
    for (const [, name = ''] of text.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.ts)`/g)) {
      // `C/src/commands/NAME.ts` of a recipe.
      if (/NAME|^[A-Z]\//.test(name)) continue;
      count++;
      const isThere = placesFor(document).some((place) => existsSync(join(root, place, name)));
      t.true(isThere, `${document}: ${name}`);
    }
  }
  t.true(count > 100);
});

test('the documents and files that documents link to are there', (t) => {
  for (const document of documents) {
    const text = readFileSync(join(root, document), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      t.true(existsSync(join(root, dirname(document), target)), `${document}: ${target}`);
    }
  }
});
