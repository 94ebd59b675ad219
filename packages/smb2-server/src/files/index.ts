/*
 * The life of what is open: its end, appends in turn, back ends that nobody uses any more. It may
 * use the model, access and locks.
 */

export { BackEnds } from './back-ends.ts';
export { closeOpen, removeDeleted } from './close-open.ts';
export { FileEnds } from './file-ends.ts';
