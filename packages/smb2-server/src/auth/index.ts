/*
 * Authentication: exchanges of tokens, guesses at passwords, logons that nobody finishes. It may
 * use the model and access.
 */

export { addressKey } from './address-key.ts';
export { newExchange, offeredToken } from './exchange.ts';
export { LogonDelays } from './logon-delays.ts';
export { UnfinishedLogons } from './unfinished-logons.ts';
