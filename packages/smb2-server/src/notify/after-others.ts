import type { VfsWatchEvent } from '@tsmbd/vfs-adapter';
import type { ServerEnvironment } from '../config.ts';

/** How long another worker may take to say that a change was its own, in ms. */
const OTHERS_LATE_MS = 25;

/**
 * Tells of the back end's events after the other workers had time to say which of the changes are
 * their own: their word may come later than the event.
 */
export function afterOthers(
  told: (event: VfsWatchEvent) => void,
  timer: ServerEnvironment['timer'],
): (event: VfsWatchEvent) => void {
  return (event) => void timer(OTHERS_LATE_MS, () => told(event));
}
