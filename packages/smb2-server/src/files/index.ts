/*
 * The life of what is open: closing it, appending in turn, and back ends that nobody uses any more.
 * This room may use the model, access and locks.
 */

export { BackEnds } from './back-ends.ts';
export { closeOpen, removeDeleted } from './close-open.ts';
export { FileEnds } from './file-ends.ts';
