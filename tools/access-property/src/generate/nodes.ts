import type { NodeSpec } from '../case.ts';
import { Attribute } from '../rights.ts';
import { chance, type Random, weighted } from './choice.ts';
import { storedDescriptor } from './descriptors.ts';

/**
 * The files of every case: a root, two files, a folder with a file in it, an empty folder. Names of
 * files that do not exist begin with `new`.
 */
const PATHS: readonly { readonly path: readonly string[]; readonly directory: boolean }[] = [
  { path: [], directory: true },
  { path: ['file'], directory: false },
  { path: ['other'], directory: false },
  { path: ['folder'], directory: true },
  { path: ['folder', 'inner'], directory: false },
  { path: ['empty'], directory: true },
];

/**
 * The files that a case begins with. The root's descriptor allows more than those of others,
 * because most names are in the root.
 */
export function chooseNodes(next: Random): readonly NodeSpec[] {
  return PATHS.map(({ path, directory }) => {
    const isRoot = path.length === 0;
    return {
      path,
      directory,
      descriptor: isRoot && chance(next, 50) ? undefined : storedDescriptor(next),
      attributes: chooseAttributes(next, directory),
      ...(!directory && { content: `bytes of ${path.join('/')}` }),
      ...(chance(next, 50) && { streams: { s: 'a stream' } }),
      ...(chance(next, 30) && { eas: { ea: 'a value' } }),
      ...(path[0] === 'file' && chance(next, 15) && { link: ['folder', 'link'] }),
    };
  });
}

function chooseAttributes(next: Random, directory: boolean): number {
  const kept = directory ? 0 : Attribute.ARCHIVE;
  if (chance(next, 70)) return kept;
  const bits = weighted(next, [
    [50, Attribute.READONLY],
    [20, Attribute.HIDDEN],
    [15, Attribute.SYSTEM],
    [15, Attribute.READONLY | Attribute.HIDDEN | Attribute.SYSTEM],
  ]);
  return kept | bits;
}
