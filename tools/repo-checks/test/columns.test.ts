import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { files, root } from '../src/tree.ts';

/** Columns of prose, in comments and documents. */
const WIDTH = 100;

/** Words of a tool, and lines without a place to break. */
const UNBREAKABLE = /biome-ignore|@ts-|^\S*$|^\s*(\/\/|\*)?\s*\S+$/;

function isTooLong(line: string): boolean {
  return [...line].length > WIDTH && !UNBREAKABLE.test(line);
}

/** Lines of comments that stand by themselves. */
function longComments(text: string): number[] {
  const lines = text.split('\n');
  // Tables in comments are as wide as their rows.
  return lines.flatMap((line, i) => (/^\s*(\/\/|\/?\*+)\s(?!\|)/.test(line) && isTooLong(line) ? [i + 1] : []));
}

/** Lines of prose in Markdown: not those of tables, headings and code. */
function longProse(text: string): number[] {
  let isCode = false;
  return text.split('\n').flatMap((line, i) => {
    if (/^\s*```/.test(line)) isCode = !isCode;
    return !isCode && !/^\s*(\||#|<|```| {4})/.test(line) && isTooLong(line) ? [i + 1] : [];
  });
}

const ELSEWHERE = /^(\.changeset|test-fixtures)\/|CHANGELOG\.md$/;

for (const [what, ending, find] of [
  ['comments', /\.(ts|mjs)$/, longComments],
  ['documents', /\.md$/, longProse],
] as const) {
  test(`${what} have at most ${WIDTH} columns`, (t) => {
    const all = files().filter((file) => ending.test(file) && !ELSEWHERE.test(file));
    t.true(all.length > 10);
    for (const file of all) t.deepEqual(find(readFileSync(join(root, file), 'utf8')), [], file);
  });
}
