/*
 * CHANGE_NOTIFY: which opens watch which directory, and which changes they are told. It may use the
 * model, names and access.
 */

export { afterOthers } from './after-others.ts';
export { NotifyRegistry, type Others } from './notify.ts';
export { OwnChanges } from './own-changes.ts';
