import { countTests } from './counts.ts';

/**
 * What runs of ava said about their failures, in the output of many runs, without colours: the line
 * of each failed test, and what stands between the list of tests and the counts. It is said once
 * more at the end of `npm test`, because a log of CI keeps only its end.
 */
export function failuresIn(output: string): string[] {
  const names: string[] = [];
  const details: string[] = [];
  let block: string[] | undefined;
  for (const line of output.split('\n')) {
    const text = line.trim();
    if (text.startsWith('✘')) names.push(text);
    else if (text === '─') block ??= [];
    else if (block !== undefined && !text.startsWith('✔')) {
      block.push(line);
      const { passed, failed, skipped } = countTests(line);
      if (failed > 0) details.push(...block);
      if (passed + failed + skipped > 0) block = undefined;
    }
  }
  return [...names, ...details];
}
