/*
 * Authentication: the exchange of tokens, delays after wrong passwords, logons that are not
 * finished. It may use the model and access.
 */

export { addressKey } from './address-key.ts';
export { newExchange, offeredToken } from './exchange.ts';
export { LogonDelays } from './logon-delays.ts';
export { UnfinishedLogons } from './unfinished-logons.ts';
