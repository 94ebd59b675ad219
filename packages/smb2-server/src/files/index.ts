/*
 * How an open ends, the order of writes that append, and back ends that no share uses any more. It
 * may use the model, access and locks.
 */

export { BackEnds } from './back-ends.ts';
export { closeOpen, closeOpenLater, removeDeleted } from './close-open.ts';
export { FileEnds } from './file-ends.ts';
