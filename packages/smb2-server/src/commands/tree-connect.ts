import {
  Dialect,
  HeaderFlags,
  NtStatus,
  ShareCapabilities,
  ShareFlags,
  ShareType,
  type TreeConnectRequest,
  type TreeConnectResponse,
} from '@tsmbd/smb2-codec';
import { shareRights } from '../access/index.ts';
import { currentShare, type Share, shareKey } from '../config.ts';
import { type Denial, StatusError } from '../errors.ts';
import { activityOf, type Engine, type RequestContext } from '../model/index.ts';

/** Longest share name that is looked up, [MS-SMB2] 2.2.9. */
const MAX_SHARE_NAME = 80;

/** TREE_CONNECT, [MS-SMB2] 3.3.5.7. */
export function handleTreeConnect(
  request: TreeConnectRequest,
  ctx: RequestContext,
): TreeConnectResponse | Promise<TreeConnectResponse> {
  const { server, session } = ctx;
  const isSigned = (ctx.header.flags & HeaderFlags.SIGNED) !== 0;
  if (ctx.connection.dialect === Dialect.SMB_3_1_1 && session.keys !== undefined && !ctx.encrypted && !isSigned) {
    // [MS-SMB2] 3.3.5.7: in 3.1.1 this proves that NEGOTIATE was not tampered with.
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'neither signed nor encrypted');
  }
  const share = shareOf(request.path, ctx);
  requireAccess(shareRights(share, session, undefined));
  if (share.encrypt && (ctx.connection.cipher === undefined || session.keys?.opener === undefined)) {
    // [MS-SMB2] 3.3.5.7: a client that cannot encrypt may not connect to such a share.
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'the share wants encryption, the session has none');
  }
  if (share.at === undefined) return connect(shareNow(share, ctx), ctx, undefined);
  const identity = session.identity!;
  const visitor = {
    identity,
    address: ctx.connection.transport.remoteAddress,
    localAddress: ctx.connection.transport.localAddress,
    at: server.env.wallTime(),
  };
  const connectTo = (own: Share | undefined): TreeConnectResponse => {
    if (session.state === 'closed') throw new StatusError(NtStatus.STATUS_USER_SESSION_DELETED, 'logged off meanwhile');
    if (own === undefined) {
      throw new StatusError(NtStatus.STATUS_BAD_NETWORK_NAME, `nothing of ${share.name} for this user`);
    }
    // Another worker that finds the tree's folder again uses the same time.
    const response = connect(own, ctx, identity.sid, visitor.at);
    // Only this tree's share uses this back end.
    server.backEnds.retire(own.vfs);
    return response;
  };
  // If the share is known at once, it is used at once: otherwise the last tree that uses it might
  // end meanwhile, and the back end with it.
  const own = share.at(visitor);
  return own instanceof Promise ? own.then(connectTo) : connectTo(own);
}

/**
 * The share as its storage is now. Trees that were connected before keep the storage that was there
 * then.
 */
function shareNow(share: Share, { server }: RequestContext): Share {
  const { vfs } = share;
  const now = currentShare(share);
  if (now === undefined) throw new StatusError(NtStatus.STATUS_BAD_NETWORK_NAME, `${share.name} has no storage now`);
  if (now.vfs !== vfs) server.backEnds.retire(vfs);
  return now;
}

/** `madeFor`: the SID of the user that the share was made for. */
function connect(
  share: Share,
  ctx: RequestContext,
  madeFor: string | undefined,
  connectedAt = ctx.server.env.wallTime(),
): TreeConnectResponse {
  const { server, session } = ctx;
  // Checked once more, because the session may have got another user since the share was asked for.
  const maximalAccess = requireAccess(shareRights(share, session, madeFor));
  if (session.trees.size >= server.config.maxTreesPerSession) {
    throw new StatusError(NtStatus.STATUS_INSUFFICIENT_RESOURCES, 'too many trees in the session');
  }
  const leave = takePlace(share, server);
  const treeId = session.newTreeId();
  server.addTree({ treeId, session, share, madeFor, maximalAccess, connectedAt, openCount: 0, leave });
  ctx.chain.treeId = treeId;
  if (share.type === 'disk') server.listeners.connect?.({ ...activityOf(session), share: share.name });
  return {
    shareType: share.type === 'pipe' ? ShareType.PIPE : ShareType.DISK,
    shareFlags:
      share.caching |
      (share.compress === true && ctx.connection.compression !== undefined ? ShareFlags.COMPRESS_DATA : 0) |
      (share.encrypt ? ShareFlags.ENCRYPT_DATA : 0) |
      (share.hideUnreadable ? ShareFlags.ACCESS_BASED_DIRECTORY_ENUM : 0),
    // This server has no DFS and no cluster.
    capabilities: isContinuouslyAvailable(share, ctx) ? ShareCapabilities.CONTINUOUS_AVAILABILITY : 0,
    maximalAccess,
  };
}

/** Throws STATUS_REQUEST_NOT_ACCEPTED when the share has as many trees as it may have. */
function takePlace(share: Share, server: Engine): (() => void) | undefined {
  const { maxConnections } = share;
  if (maxConnections === 0) return undefined;
  if (server.workers === undefined) {
    if (server.treeCount(share) < maxConnections) return undefined;
  } else {
    const leave = server.workers.takePlace(shareKey(share), maxConnections);
    if (leave !== undefined) return leave;
  }
  throw new StatusError(NtStatus.STATUS_REQUEST_NOT_ACCEPTED, 'share has its most connections');
}

function requireAccess(rights: number | Denial): number {
  if (typeof rights === 'number') return rights;
  throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, rights.because, { denial: rights });
}

/** [MS-SMB2] 3.3.5.7: dialects before 3.0 do not know continuous availability. */
function isContinuouslyAvailable(share: Share, { server, connection }: RequestContext): boolean {
  return share.continuouslyAvailable && server.persistent.isKept && connection.dialect >= Dialect.SMB_3_0;
}

/** The share that `\\server\share` names. */
function shareOf(path: string, ctx: RequestContext): Share {
  const match = /^\\\\[^\\]+\\([^\\]+)\\?$/.exec(path);
  if (match === null || match[1]!.length > MAX_SHARE_NAME) {
    throw new StatusError(NtStatus.STATUS_BAD_NETWORK_NAME, `not a share's path: ${path.slice(0, 100)}`);
  }
  const share = ctx.server.share(match[1]!);
  if (share === undefined) throw new StatusError(NtStatus.STATUS_BAD_NETWORK_NAME, `no share ${match[1]}`);
  return share;
}
