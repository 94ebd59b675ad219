import { LockFlags, NtStatus } from '@tsmbd/smb2-codec';
import type { Attack } from '../attack.ts';
import { close, gatherCredits, lock, mounted, open } from '../steps.ts';

const { EXCLUSIVE_LOCK, FAIL_IMMEDIATELY, UNLOCK } = LockFlags;

/**
 * Many ranges are locked and many requests wait for them. Each unlock may let each of these
 * requests go on.
 */
export const locks: Attack = {
  name: 'locks',
  what: '8,000 locks that 1,000 LOCKs of the whole file wait for, unlocked 8 at a time; all of it twice',
  async run(scene) {
    const count = 8000 * scene.scale;
    const [holder, waiter] = [await mounted(scene), await mounted(scene)];
    await gatherCredits(waiter, 3000);
    for (let round = 0; round < 2; round++) {
      const [held, wanted] = [await open(holder, 'locked', { createDisposition: 3 }), await open(waiter, 'locked')];
      const range = (at: number, flags: number) => ({ at: at * 2, length: 1, flags });
      for (let at = 0; at < count; at += 1000) {
        const size = Math.min(1000, count - at);
        const ranges = Array.from({ length: size }, (_, i) => range(at + i, EXCLUSIVE_LOCK | FAIL_IMMEDIATELY));
        await lock(holder, held, ranges);
      }
      const ends = [NtStatus.STATUS_SUCCESS, NtStatus.STATUS_RANGE_NOT_LOCKED, NtStatus.STATUS_CANCELLED];
      const whole = [{ at: 0, length: count * 2, flags: EXCLUSIVE_LOCK }];
      const waiting = Array.from({ length: 1000 * scene.scale }, () => lock(waiter, wanted, whole, ends));
      for (let at = 0; at < count; at += 8) {
        await lock(
          holder,
          held,
          Array.from({ length: 8 }, (_, i) => range(at + i, UNLOCK)),
        );
      }
      await close(waiter, wanted);
      await Promise.all(waiting);
      await close(holder, held);
    }
  },
};
