/*
 * CREATE in steps: validate, open the file, claim a place among its opens, change the file, make
 * the Open, answer. It may use all rooms about files, and info.
 */

export { openClaimed, Vanished } from './open-claimed.ts';
export { openOrCreate } from './open-file.ts';
export { openPipe, rpcCaller } from './open-pipe.ts';
export type { Candidate } from './side-effects.ts';
export { removeMade } from './undo.ts';
export { validateCreate } from './validate.ts';
