import type { Inspection } from './load.ts';

/** What `testparm` says of a configuration: every finding, by class, and a line that sums up. */
export function findingsOf({ problems, settings, implemented }: Inspection): string[] {
  const { notes } = settings;
  const of = (kind: string): string[] => notes.filter((note) => note.kind === kind).map(({ text }) => text);
  const refused = problems.filter((problem) => problem.refused).map(({ text }) => text);
  const wrong = problems.filter((problem) => !problem.refused).map(({ text }) => text);
  return [
    ...of('none').map((text) => `no effect: ${text}`),
    ...of('less').map((text) => `less than Samba: ${text}`),
    ...of('caution').map((text) => `caution: ${text}`),
    ...refused.map((text) => `refused: ${text}`),
    ...wrong.map((text) => `error: ${text}`),
    [
      `${implemented} implemented`,
      `${of('none').length} without effect`,
      `${of('less').length} less than Samba`,
      `${refused.length} refused`,
      ...(wrong.length === 0 ? [] : [`${wrong.length} wrong`]),
    ].join(', '),
  ];
}
