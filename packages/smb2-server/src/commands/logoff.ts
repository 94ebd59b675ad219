import type { LogoffRequest, LogoffResponse } from '@tsmbd/smb2-codec';
import type { RequestContext } from '../model/index.ts';

/**
 * LOGOFF, [MS-SMB2] 3.3.5.6. The response is signed with the session's key, so the session is
 * removed after the response was sent.
 */
export async function handleLogoff(_request: LogoffRequest, ctx: RequestContext): Promise<LogoffResponse> {
  const { session, server } = ctx;
  await server.removeSession(session);
  return {};
}
