export { createBody, lockBody, readBody, writeBody } from './bodies.ts';
export {
  CLIENT_CAPABILITIES,
  type ClientOptions,
  messageIdOf,
  type Reply,
  type RequestOptions,
  SmbClient,
  SmbError,
} from './client.ts';
export { type CompoundOptions, type CompoundPart, part, sendCompound } from './compound.ts';
export { Logon } from './logon.ts';
