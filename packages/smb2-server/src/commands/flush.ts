import type { FlushRequest, FlushResponse } from '@tsmbd/smb2-codec';
import { COMMAND_NEEDS, requireGranted } from '../access/index.ts';
import type { RequestContext } from '../model/index.ts';

/** FLUSH, [MS-SMB2] 3.3.5.11: answered when the bytes are on stable storage. */
export function handleFlush(request: FlushRequest, ctx: RequestContext): FlushResponse | Promise<FlushResponse> {
  const open = ctx.open(request.fileId);
  if (open.kind === 'pipe') return {};
  requireGranted(open, COMMAND_NEEDS.FLUSH);
  return Promise.resolve(open.handle.flush()).then(async () => {
    if (open.modified) await ctx.server.times.update(open);
    return {};
  });
}
