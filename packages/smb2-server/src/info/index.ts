/*
 * QUERY_INFO and SET_INFO, class by class, with renames and deletions. It may use all rooms about
 * files except durable.
 */

export { FILE_CLASSES } from './file-classes.ts';
export { FS_CLASSES } from './fs-classes.ts';
export { claimAlone } from './replaced.ts';
export { querySecurity, setSecurity } from './security.ts';
export { SET_CLASSES } from './set-classes.ts';
