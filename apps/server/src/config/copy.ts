import { fold } from './fold.ts';
import type { ConfigLine, ConfigSection } from './parse.ts';

/**
 * The lines of a section, with those of the section that `copy` names in its place.
 *
 * @param before lines of the sections that come before, by folded name, copied already
 * @param wrong told of what cannot be copied
 */
export function copied(
  section: ConfigSection,
  before: ReadonlyMap<string, readonly ConfigLine[]>,
  wrong: (text: string) => void,
): readonly ConfigLine[] {
  return section.lines.flatMap((line) => {
    if (fold(line.name) !== 'copy') return [line];
    const lines = before.get(fold(line.value));
    if (lines === undefined)
      wrong(`${line.file}:${line.line}: copy = ${line.value}: no section of that name before this one`);
    return lines ?? [];
  });
}
