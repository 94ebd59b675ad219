export { Smb1Command, type Smb1CommandName, smb1CommandName } from './command.ts';
export { Smb1Flags, Smb1Flags2, type Smb1Header, smb1Header, smb1KindOf } from './header.ts';
export { type Smb1Message, smb1Message } from './message.ts';
export { Smb1Dialect, type Smb1NegotiateRequest, smb1NegotiateRequest } from './negotiate-request.ts';
export {
  type NtLmNegotiation,
  SMB1_NO_DIALECT,
  Smb1Capabilities,
  type Smb1NegotiateResponse,
  smb1NegotiateResponse,
} from './negotiate-response.ts';
