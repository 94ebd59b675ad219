import { Writer } from '@tsmbd/ms-dtyp';
import {
  Command,
  HeaderFlags,
  header as headerCodec,
  makeHeader,
  type OplockBreakResponse,
  oplockBreakResponse,
} from '@tsmbd/smb2-codec';
import { observe, type Session } from '../model/index.ts';
import { HEADROOM, LENGTH_SIZE } from './frame.ts';

/** MessageId of messages that the server sends without a request, [MS-SMB2] 2.2.23. */
const UNSOLICITED = 0xffff_ffff_ffff_ffffn;

/**
 * Sends a notification. Notifications are not signed. They are sealed if the session or the share
 * is encrypted. [MS-SMB2] 3.3.4.6, 3.3.4.7
 */
export function sendNotification(session: Session, notification: OplockBreakResponse, encrypt: boolean): void {
  const w = new Writer(256, HEADROOM);
  headerCodec.encode(
    w,
    makeHeader({
      command: Command.OPLOCK_BREAK,
      flags: HeaderFlags.SERVER_TO_REDIR,
      messageId: UNSOLICITED,
      // [MS-SMB2] 3.3.4.6: an oplock break names the session. 3.3.4.7: a lease break names no
      // session.
      sessionId: notification.kind === 'oplock' ? session.sessionId : 0n,
    }),
  );
  oplockBreakResponse.encode(w, notification);
  const frame = w.result();
  const sealer = session.keys?.sealer;
  const isSealed = encrypt && sealer !== undefined;
  observe(session.connection, false, frame.subarray(HEADROOM), isSealed);
  if (isSealed) {
    sealer.seal(frame.subarray(LENGTH_SIZE), session.sessionId);
    session.connection.send([frame]);
  } else {
    session.connection.send([frame.subarray(HEADROOM - LENGTH_SIZE)]);
  }
}
