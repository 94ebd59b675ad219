/*
 * Byte-range locks towards reads, writes and the system's other programs. It may use the model.
 */

export { requireUnlocked } from './range-locks.ts';
export { hasSystemLocks, releaseSystemLocks, settleSystemLocks } from './system-locks.ts';
