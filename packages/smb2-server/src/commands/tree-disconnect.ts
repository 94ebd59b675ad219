import type { TreeDisconnectRequest, TreeDisconnectResponse } from '@tsmbd/smb2-codec';
import type { RequestContext } from '../model/index.ts';

/** TREE_DISCONNECT, [MS-SMB2] 3.3.5.8: the tree's opens close with it. */
export async function handleTreeDisconnect(
  _request: TreeDisconnectRequest,
  ctx: RequestContext,
): Promise<TreeDisconnectResponse> {
  await ctx.server.removeTree(ctx.tree);
  return {};
}
