/*
 * The information classes of QUERY_INFO and SET_INFO; renames and deletions are among them. It may
 * use all rooms about files except durable.
 */

export { FILE_CLASSES } from './file-classes.ts';
export { FS_CLASSES } from './fs-classes.ts';
export { claimAlone } from './replaced.ts';
export { querySecurity, setSecurity } from './security.ts';
export { SET_CLASSES } from './set-classes.ts';
