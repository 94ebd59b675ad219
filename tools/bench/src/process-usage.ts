import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/**
 * Seconds of user and system time that a process and all its descendants have used, children that
 * have ended included. Reads /proc; Linux only.
 */
export function cpuSecondsOf(pid: number): number {
  let ticks = 0;
  for (const member of familyOf(pid)) {
    const stat = textOf(`/proc/${member}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime, stime, cutime, cstime
    for (const i of [11, 12, 13, 14]) ticks += Number(fields[i] ?? 0);
  }
  return ticks / TICKS_PER_SECOND;
}

/**
 * Memory of a process and all its descendants, in bytes: the proportional set size, so shared pages
 * are counted once. Reads /proc; Linux only.
 */
export function memoryOf(pid: number): number {
  let bytes = 0;
  for (const member of familyOf(pid)) {
    const pss = /^Pss:\s+(\d+) kB/m.exec(textOf(`/proc/${member}/smaps_rollup`));
    bytes += Number(pss?.[1] ?? 0) * 1024;
  }
  return bytes;
}

/** The text of a file in /proc; empty if the process has ended meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return '';
  }
}

function familyOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = textOf(`/proc/${name}/stat`);
    if (stat === '') continue;
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [Number(name)]);
    else siblings.push(Number(name));
  }
  const family = [root];
  for (const member of family) family.push(...(children.get(member) ?? []));
  return family;
}
