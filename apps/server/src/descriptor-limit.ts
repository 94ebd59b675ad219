import { readFileSync } from 'node:fs';

/**
 * How many descriptors this process may have. Node raises the soft limit to the hard one when it
 * starts. If the system does not say, it is the default of Linux.
 */
export function descriptorLimit(): number {
  try {
    return limitIn(readFileSync('/proc/self/limits', 'latin1'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return DEFAULT_LIMIT;
  }
}

/** The soft limit in the text of /proc/self/limits, proc(5). */
export function limitIn(limits: string): number {
  const soft = /^Max open files +(\d+|unlimited)/m.exec(limits)?.[1];
  if (soft === undefined) return DEFAULT_LIMIT;
  return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft);
}

/**
 * How the limit is divided. The eighth that is left is for the control socket, the state, and
 * descriptors that are open for a short time.
 */
export function descriptorShares(limit = descriptorLimit()): { readonly opens: number; readonly connections: number } {
  const eighth = Math.floor(limit / 8);
  return { opens: 6 * eighth, connections: eighth };
}

const DEFAULT_LIMIT = 1024;
