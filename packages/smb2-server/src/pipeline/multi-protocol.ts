import { CodecError, Reader, Writer } from '@tsmbd/ms-dtyp';
import {
  Command,
  Dialect,
  HeaderFlags,
  header as headerCodec,
  NtStatus,
  negotiateResponse,
  smb1NegotiateRequest,
} from '@tsmbd/smb2-codec';
import { serverNegotiateValues } from '../commands/index.ts';
import { DisconnectError } from '../errors.ts';
import { type Connection, observe } from '../model/index.ts';
import { HEADROOM, LENGTH_SIZE } from './frame.ts';

/**
 * Answers an SMB1 NEGOTIATE from a client that may speak SMB2, [MS-SMB2] 3.3.5.3. No other SMB1
 * message is answered, and after an SMB2 NEGOTIATE not even this one.
 */
export function answerSmb1Negotiate(connection: Connection, message: Uint8Array): void {
  if (connection.dialect !== 0) throw new DisconnectError('SMB1 after NEGOTIATE');
  let dialects: readonly string[];
  try {
    dialects = smb1NegotiateRequest.decode(new Reader(message, smb1NegotiateRequest.name)).dialects;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new DisconnectError('malformed SMB1 message');
  }
  const { config } = connection.server;
  let dialect: number;
  if (dialects.includes('SMB 2.???') && config.maxDialect > Dialect.SMB_2_0_2) dialect = Dialect.SMB_2_WILDCARD;
  else if (dialects.includes('SMB 2.002') && config.minDialect <= Dialect.SMB_2_0_2) dialect = Dialect.SMB_2_0_2;
  else throw new DisconnectError('the client speaks SMB1 only');

  connection.dialect = dialect;
  // The SMB1 request used MessageId 0.
  connection.window.consume(0n, 1);
  const w = new Writer(512, HEADROOM);
  headerCodec.encode(w, {
    creditCharge: 0,
    status: NtStatus.STATUS_SUCCESS,
    command: Command.NEGOTIATE,
    credits: connection.window.grant(1),
    flags: HeaderFlags.SERVER_TO_REDIR,
    nextCommand: 0,
    messageId: 0n,
    asyncId: 0n,
    processId: 0,
    treeId: 0,
    sessionId: 0n,
    signature: new Uint8Array(16),
  });
  negotiateResponse.encode(w, { ...serverNegotiateValues(connection), negotiateContexts: [] });
  const frame = w.result(HEADROOM - LENGTH_SIZE);
  observe(connection, false, frame.subarray(LENGTH_SIZE), false);
  connection.send([frame]);
}
