import { differences } from './differences.ts';
import type { DiskState } from './disk.ts';
import type { Finding } from './model/finding.ts';
import type { Observation } from './model/world.ts';
import type { User } from './people.ts';

/** Changes on the disk that the back end does not show. The model cannot have judged these. */
export function unseenChanges(
  user: User,
  was: DiskState | undefined,
  is: DiskState | undefined,
  { before, after }: Observation,
): readonly Finding[] {
  if (was === undefined || is === undefined) return [];
  const changed = [...is].filter(([inode, text]) => was.has(inode) && was.get(inode) !== text);
  if (changed.length === 0) return [];
  const seen = new Set<bigint>();
  for (const change of differences(before, after)) {
    if (change.what === 'write-time' || change.what === 'change-time') continue;
    seen.add(change.inode);
    if ('parent' in change) seen.add(change.parent);
  }
  return changed
    .filter(([inode]) => !seen.has(inode))
    .map(([inode, text]) => ({ kind: 'disk-changed-unseen', user, text: difference(was.get(inode)!, text) }));
}

/** The lines that are different. */
function difference(was: string, is: string): string {
  const old = new Set(was.split('\n'));
  const now = new Set(is.split('\n'));
  const lines = [...[...old].filter((line) => !now.has(line)), ...[...now].filter((line) => !old.has(line))];
  return lines.map((line) => line.slice(0, 100)).join(' | ');
}
