/*
 * QUERY_INFO and SET_INFO, class by class; renames and deletions among them. It may use all rooms
 * about files but durable.
 */

export { FILE_CLASSES } from './file-classes.ts';
export { FS_CLASSES } from './fs-classes.ts';
export { claimAlone } from './replaced.ts';
export { querySecurity, setSecurity } from './security.ts';
export { SET_CLASSES } from './set-classes.ts';
