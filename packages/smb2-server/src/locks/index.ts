/*
 * Byte-range locks: their effect on reads and writes, and on other programs of the system. This
 * room may use the model.
 */

export { requireUnlocked } from './range-locks.ts';
export { hasSystemLocks, releaseSystemLocks, settleSystemLocks } from './system-locks.ts';
