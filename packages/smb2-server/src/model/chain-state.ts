import type { FileId } from '@tsmbd/smb2-codec';
import type { Connection } from './connection.ts';
import type { RequestContext } from './request-context.ts';
import type { Session } from './session.ts';

/**
 * What a request knows of the message that it came in, alone or in a compound. [MS-SMB2] 3.3.5.2.7
 */
export interface ChainState {
  readonly connection: Connection;
  readonly encrypted: boolean;
  /** The session whose key opened the message. */
  readonly sealedFor: Session | undefined;
  /** For related requests: what the request before was about. */
  sessionId: bigint;
  treeId: number;
  fileId: FileId | undefined;
  /**
   * The chain began with a request that claimed to be related: all that follow it are related to
   * nothing.
   */
  unrelated: boolean;
  /** Why there is no FileId of the request before. */
  fileStatus: number;
  /** Where the payload lies in a response buffer whose body has `fixed` bytes before it. */
  payloadAt(fixed: number): number;
  /**
   * Sends the responses of the elements before `ctx`, and then its interim response. [MS-SMB2]
   * 3.3.4.2
   */
  pend(ctx: RequestContext): void;
  /** Sends what there is to send: something that must not come before it is about to be sent. */
  flushBefore(): void;
}
