import type { KeptLocks, PersistentStore } from '../config.ts';

/**
 * A single text for all that a store has of an open: its record, and a line for each range that it
 * has locked.
 */
export function keptText(before: string | undefined, record: string, locks: readonly KeptLocks[]): string {
  const counts = new Map<string, number>();
  for (const { range, count } of [...locksIn(before ?? ''), ...locks]) counts.set(range, count);
  return [record, ...[...counts].filter(([, count]) => count > 0).map(([range, count]) => `${count} ${range}`)].join(
    '\n',
  );
}

/** What `PersistentStore.all` returns for such a text. */
export function keptOpen(
  id: string,
  kept: string,
): ReturnType<PersistentStore['all']> extends Iterable<infer T> ? T : never {
  return { id, text: kept.split('\n', 1)[0]!, locks: locksIn(kept) };
}

function locksIn(kept: string): KeptLocks[] {
  return kept
    .split('\n')
    .slice(1)
    .map((line) => {
      const at = line.indexOf(' ');
      return { count: Number(line.slice(0, at)), range: line.slice(at + 1) };
    });
}
