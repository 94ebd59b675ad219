import type { RpcCaller } from '@tsmbd/dcerpc';
import { WellKnownSid } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  CreateAction,
  type CreateRequest,
  type CreateResponse,
  FileAttributes,
  NtStatus,
  OplockLevel,
} from '@tsmbd/smb2-codec';
import { mapGeneric } from '../access/index.ts';
import { StatusError } from '../errors.ts';
import { newChannelSequence, type RequestContext, type Session } from '../model/index.ts';

/** Rights that a pipe's open has, [MS-SMB2] 3.3.5.9. */
const PIPE_ACCESS = AccessMask.FILE_GENERIC_READ | AccessMask.FILE_GENERIC_WRITE;

/** The most pipes that a session may have open at once. Windows' own clients have a handful. */
export const MAX_PIPES_PER_SESSION = 128;

/**
 * CREATE on IPC$. The name is looked up among the pipes of the RPC server and nowhere else,
 * whatever characters it contains. [MS-SMB2] 3.3.5.9
 */
export function openPipe(request: CreateRequest, ctx: RequestContext): CreateResponse {
  const { server, session, tree } = ctx;
  const name = request.name.toLowerCase();
  if (session.pipeCount >= MAX_PIPES_PER_SESSION) {
    throw new StatusError(NtStatus.STATUS_INSTANCE_NOT_AVAILABLE, 'too many pipes of the session');
  }
  const pipe = server.env.rpc.openPipe(name, rpcCaller(session), session);
  if (pipe === undefined) throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, `no pipe ${name.slice(0, 80)}`);
  const id = server.newOpenId();
  const fileId = { persistent: BigInt(id), volatile: server.newVolatileId(id) };
  const access = mapGeneric(request.desiredAccess);
  session.opens.set(fileId.volatile, {
    kind: 'pipe',
    id,
    fileId,
    session,
    tree,
    grantedAccess: (access & AccessMask.MAXIMUM_ALLOWED) !== 0 ? PIPE_ACCESS : access,
    openedAt: server.env.wallTime(),
    closed: false,
    sequence: newChannelSequence(ctx.header.status),
    replayEligible: false,
    name,
    pipe,
  });
  tree.openCount += 1;
  session.pipeCount += 1;
  ctx.chain.fileId = fileId;
  return {
    oplockLevel: OplockLevel.NONE,
    flags: 0,
    createAction: CreateAction.OPENED,
    creationTime: 0n,
    lastAccessTime: 0n,
    lastWriteTime: 0n,
    changeTime: 0n,
    allocationSize: 4096n,
    endOfFile: 0n,
    fileAttributes: FileAttributes.NORMAL,
    fileId,
    createContexts: [],
  };
}

/** The caller, in the form that the RPC interfaces need. */
export function rpcCaller({ identity, anonymous }: Session): RpcCaller {
  return {
    userName: identity!.name,
    domainName: identity!.domain,
    sid: identity!.sid,
    anonymous,
    administrator: identity!.groups.includes(WellKnownSid.BUILTIN_ADMINISTRATORS),
  };
}
