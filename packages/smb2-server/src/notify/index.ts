/*
 * CHANGE_NOTIFY: who watches which directory, and what is told. It may use the model, names and
 * access.
 */

export { NotifyRegistry } from './notify.ts';
export { OwnChanges } from './own-changes.ts';
