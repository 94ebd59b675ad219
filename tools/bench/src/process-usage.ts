import { readdirSync, readFileSync } from 'node:fs';

/** Processor time and memory of a process and all its descendants. */
export interface Usage {
  /** Seconds of user and system time, including those of children that have ended. */
  readonly cpuS: number;
  /** Proportional set size in bytes: shared pages are counted once. */
  readonly memory: number;
}

const TICKS_PER_SECOND = 100;

/** Reads /proc; Linux only. */
export function usageOf(pid: number): Usage {
  let cpuS = 0;
  let memory = 0;
  for (const member of familyOf(pid)) {
    try {
      const stat = readFileSync(`/proc/${member}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // utime, stime, cutime, cstime
      cpuS += [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0) / TICKS_PER_SECOND;
      const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${member}/smaps_rollup`, 'utf8'));
      memory += Number(pss?.[1] ?? 0) * 1024;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      // The process has ended meanwhile: its time is in its parent's cutime.
    }
  }
  return { cpuS, memory };
}

function familyOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      // The process has ended meanwhile.
    }
  }
  const family = [root];
  for (const member of family) family.push(...(children.get(member) ?? []));
  return family;
}
