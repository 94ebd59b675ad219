import { availableParallelism } from 'node:os';

/** More workers than this are not worth their memory, and ids have no room for them. */
const MOST = 16;

/** How many workers `workers = auto | N` asks for. */
export function workerCount(wanted: number | 'auto', cores = availableParallelism()): number {
  return Math.min(wanted === 'auto' ? cores : wanted, MOST);
}
