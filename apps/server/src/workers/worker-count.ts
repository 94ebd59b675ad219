import { availableParallelism } from 'node:os';
import { MAX_WORKERS } from '@tsmbd/smb2-server';

/** How many workers `workers = auto | N` asks for. Ids have no room for more than MAX_WORKERS. */
export function workerCount(wanted: number | 'auto', cores = availableParallelism()): number {
  return Math.min(wanted === 'auto' ? cores : wanted, MAX_WORKERS);
}
