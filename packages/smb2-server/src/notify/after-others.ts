import type { VfsWatchEvent } from '@tsmbd/vfs-adapter';
import type { ServerEnvironment } from '../config.ts';

/** How long a worker may take to notice that a change of its own is done, in ms. */
const OTHERS_LATE_MS = 25;

/**
 * Tells of the back end's events when the other workers have said which changes are their own. The
 * kernel reports a change to this worker at once, also one that another worker makes, and that
 * worker's word comes later: how much later depends on how busy it is.
 *
 * @param heard resolves when all has arrived that the others had to say when it was called
 */
export function afterOthers(
  told: (event: VfsWatchEvent) => void,
  heard: () => Promise<void>,
  timer: ServerEnvironment['timer'],
): (event: VfsWatchEvent) => void {
  let due: VfsWatchEvent[] = [];
  let isAsking = false;
  const goOn = async (): Promise<void> => {
    isAsking = true;
    while (due.length > 0) {
      const events = due;
      due = [];
      await heard();
      for (const event of events) told(event);
    }
    isAsking = false;
  };
  const late = (event: VfsWatchEvent): void => {
    due.push(event);
    if (!isAsking) void goOn();
  };
  return (event) => void timer(OTHERS_LATE_MS, () => late(event));
}
