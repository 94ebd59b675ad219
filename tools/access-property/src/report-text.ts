import type { Report } from './explore.ts';
import { caseText } from './text.ts';

/** The results of a run as text for people. */
export function reportText(report: Report): string {
  const { cases, requests, succeeded, kinds, faults } = report;
  const lines = [`${cases} cases, ${requests} requests, ${succeeded} of them carried out`];
  for (const [kind, count] of [...kinds].sort(([, a], [, b]) => b - a)) lines.push(`${count} cases: ${kind}`);
  for (const { seed, after, finding, shrunk } of faults) {
    lines.push('', `# ${finding.kind}, seed ${seed}, case ${after}`, `${finding.user}: ${finding.text}`);
    lines.push(caseText(shrunk));
  }
  return lines.join('\n');
}
