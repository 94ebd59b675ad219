/*
 * The way of a message: receive, decrypt, decompress, check, dispatch, encode, sign or seal, send.
 * It may use the commands, and of fsctl the test hooks.
 */

export { carryOutHosted } from './hosted-request.ts';
export { InflateTurns, type Inflating } from './inflate-turns.ts';
export { sendNotification } from './notification.ts';
export { receiveFrom } from './receive.ts';
export { ResponseBuffers } from './response-buffers.ts';
export { Rounds } from './rounds.ts';
