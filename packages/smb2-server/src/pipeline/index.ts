/*
 * The path of a message: receive, decrypt, inflate, check, dispatch, encode, sign or seal, send.
 * This room may use the commands.
 */

export { InflateTurns } from './inflate-turns.ts';
export { sendNotification } from './notification.ts';
export { receiveFrom } from './receive.ts';
export { ResponseBuffers } from './response-buffers.ts';
