import type { TreeDisconnectRequest, TreeDisconnectResponse } from '@tsmbd/smb2-codec';
import type { RequestContext } from '../model/index.ts';

/** TREE_DISCONNECT, [MS-SMB2] 3.3.5.8: the opens of the tree are closed with it. */
export async function handleTreeDisconnect(
  _request: TreeDisconnectRequest,
  ctx: RequestContext,
): Promise<TreeDisconnectResponse> {
  await ctx.server.removeTree(ctx.tree);
  return {};
}
