import { AccessMask, type FlushRequest, type FlushResponse } from '@tsmbd/smb2-codec';
import type { RequestContext } from '../request-context.ts';

/** FLUSH, [MS-SMB2] 3.3.5.11: answered when the bytes are on stable storage. */
export function handleFlush(request: FlushRequest, ctx: RequestContext): FlushResponse | Promise<FlushResponse> {
  const open = ctx.open(request.fileId);
  if (open.kind === 'pipe') return {};
  ctx.requireAccess(open, AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA);
  return Promise.resolve(open.handle.flush()).then(async () => {
    if (open.modified) await ctx.server.times.update(open);
    return {};
  });
}
