/*
 * CHANGE_NOTIFY: which opens watch which directories, and what their clients are told. This room
 * may use the model, names and access.
 */

export { NotifyRegistry } from './notify.ts';
export { OwnChanges } from './own-changes.ts';
