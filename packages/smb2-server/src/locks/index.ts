/*
 * Byte-range locks as reads and writes meet them, and as the system's other programs see them. It
 * may use the model.
 */

export { requireUnlocked } from './range-locks.ts';
export { hasSystemLocks, releaseSystemLocks, settleSystemLocks } from './system-locks.ts';
