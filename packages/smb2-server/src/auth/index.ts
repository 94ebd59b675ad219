/*
 * Authentication: exchanges of tokens, protection against guessed passwords, logons that are never
 * finished. This room may use the model and access.
 */

export { addressKey } from './address-key.ts';
export { newExchange, offeredToken } from './exchange.ts';
export { LogonDelays } from './logon-delays.ts';
export { UnfinishedLogons } from './unfinished-logons.ts';
