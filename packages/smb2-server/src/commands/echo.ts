import type { EchoRequest, EchoResponse } from '@tsmbd/smb2-codec';
import type { RequestContext } from '../model/index.ts';

/** ECHO, [MS-SMB2] 3.3.5.17. */
export function handleEcho(_request: EchoRequest, _ctx: RequestContext): EchoResponse {
  return {};
}
