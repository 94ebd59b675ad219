import type { FileId } from '@tsmbd/smb2-codec';
import type { Connection } from './connection.ts';
import type { RequestContext } from './request-context.ts';
import type { Session } from './session.ts';

/**
 * What a request knows about the message that it arrived in, alone or as part of a compound.
 * [MS-SMB2] 3.3.5.2.7
 */
export interface ChainState {
  readonly connection: Connection;
  readonly encrypted: boolean;
  /** The session whose key decrypted the message. */
  readonly sealedFor: Session | undefined;
  /** The session, tree and file of the previous request. Related requests work on these. */
  sessionId: bigint;
  treeId: number;
  fileId: FileId | undefined;
  /**
   * The chain began with a request that claimed to be related. All requests that follow it then
   * have nothing to be related to.
   */
  unrelated: boolean;
  /** The status that says why the previous request has left no FileId. */
  fileStatus: number;
  /** Where the payload lies in a response buffer whose body has `fixed` bytes before it. */
  payloadAt(fixed: number): number;
  /**
   * Sends the responses of the elements before `ctx`, and then its interim response. [MS-SMB2]
   * 3.3.4.2
   */
  pend(ctx: RequestContext): void;
  /**
   * Sends the responses that are ready, because something is about to be sent that must come after
   * them.
   */
  flushBefore(): void;
}
