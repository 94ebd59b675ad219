import { CreateOptions, type CreateRequest, type CreateResponse, NtStatus } from '@tsmbd/smb2-codec';
import type { VfsPath } from '@tsmbd/vfs-adapter';
import { mapGeneric, requireVisible } from '../access/index.ts';
import { openClaimed, openOrCreate, openPipe, removeMade, Vanished, validateCreate } from '../create/index.ts';
import {
  type RequestedDurability,
  reconnect,
  replayedOpen,
  replayResponse,
  requestedDurability,
  takeOver,
} from '../durable/index.ts';
import { HomedElsewhere, StatusError } from '../errors.ts';
import { type RequestedContexts, requestedContexts } from '../metadata/index.ts';
import type { RequestContext } from '../model/index.ts';
import { parseName } from '../names/index.ts';

/** CREATE, [MS-SMB2] 3.3.5.9: find or make, check, claim, change, answer. */
export async function handleCreate(request: CreateRequest, ctx: RequestContext): Promise<CreateResponse> {
  const { session, server, tree } = ctx;
  if (tree.maximalAccess === 0) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'the user that the session is of now may not connect here');
  }
  if (session.opens.size >= server.config.maxOpensPerSession) {
    throw new StatusError(NtStatus.STATUS_INSUFFICIENT_RESOURCES, 'too many opens in the session');
  }
  if (tree.share.type === 'pipe') return openPipe(request, ctx);
  const wanted = requestedContexts(request.createContexts);
  const durability = requestedDurability(request.createContexts, ctx.connection.dialect);
  if (durability.reconnect !== undefined || durability.reconnectV2 !== undefined) {
    return reconnect(request, ctx, durability, wanted);
  }
  validateCreate(request);
  const { path, stream, isData, isFolder } = parseName(request.name);
  requireVisible(tree.share, path, request.createDisposition);
  if (stream !== undefined) checkStream(request, ctx);
  if (isFolder === true) return createOf(directoryOnly(request), ctx, wanted, durability, path, stream);
  if (isData === true) return createOf(notDirectory(request), ctx, wanted, durability, path, stream);
  return createOf(request, ctx, wanted, durability, path, stream);
}

/**
 * One of the steps that come before a CREATE, for another worker which carries out the CREATE
 * itself.
 */
export async function handleCreateStep(
  step: 'take-over' | 'seek',
  request: CreateRequest,
  ctx: RequestContext,
): Promise<object> {
  const { path, stream } = parseName(request.name);
  const { appInstance } = requestedDurability(request.createContexts, ctx.connection.dialect);
  if (step === 'seek') await ctx.server.persistent.unopened.seekAt(ctx, path);
  else if (appInstance !== undefined) await takeOver(ctx, appInstance, { path, stream });
  return {};
}

/** A directory has streams and no bytes of its own. [MS-FSA] 2.1.5.1 */
function notDirectory(request: CreateRequest): CreateRequest {
  if ((request.createOptions & CreateOptions.DIRECTORY_FILE) !== 0) {
    throw new StatusError(NtStatus.STATUS_NOT_A_DIRECTORY, 'the bytes of a file are no directory');
  }
  return { ...request, createOptions: request.createOptions | CreateOptions.NON_DIRECTORY_FILE };
}

/**
 * When the name says that it is a folder, it is opened and created as a folder. [MS-FSA] 2.1.5.1
 */
function directoryOnly(request: CreateRequest): CreateRequest {
  if ((request.createOptions & CreateOptions.NON_DIRECTORY_FILE) !== 0) {
    throw new StatusError(NtStatus.STATUS_OBJECT_NAME_INVALID, 'a separator behind the name of a file');
  }
  return { ...request, createOptions: request.createOptions | CreateOptions.DIRECTORY_FILE };
}

/** Handles a CREATE whose name is known to be valid: replays it, or opens the file. */
async function createOf(
  request: CreateRequest,
  ctx: RequestContext,
  wanted: RequestedContexts,
  durability: RequestedDurability,
  path: VfsPath,
  stream: string | undefined,
): Promise<CreateResponse> {
  const { server } = ctx;
  const access = mapGeneric(request.desiredAccess);
  const createGuid = durability.requestV2?.createGuid;
  if (server.persistent.unopened.size > 0) await server.persistent.unopened.seekAt(ctx, path);
  await server.workers?.seekAt(ctx);
  const replayed = replayedOpen(request, ctx, durability.requestV2, wanted);
  if (replayed !== undefined) return replayResponse(replayed, request, ctx, wanted);
  if (durability.appInstance !== undefined) {
    await takeOver(ctx, durability.appInstance, { path, stream });
    await server.workers?.takeOver(ctx);
  }
  const over = server.descriptors.begin(ctx.session);
  const ended = createGuid === undefined ? undefined : server.durables.creating(ctx.connection.clientGuid, createGuid);
  try {
    return await openAndClaim(request, ctx, wanted, durability, path, stream, access);
  } finally {
    ended?.();
    over();
  }
}

/**
 * Opens the file and claims it. Does so again if the file's name was removed while the claim
 * waited.
 */
async function openAndClaim(
  request: CreateRequest,
  ctx: RequestContext,
  wanted: RequestedContexts,
  durability: RequestedDurability,
  path: VfsPath,
  stream: string | undefined,
  access: number,
): Promise<CreateResponse> {
  for (;;) {
    const { byteChanges, renames, removals } = ctx.server;
    const { handle, created, fileCreated, stat, release } = await openOrCreate(
      request,
      path,
      access,
      ctx,
      stream,
      wanted,
    );
    try {
      const candidate = {
        request,
        ctx,
        wanted,
        durability,
        path,
        access,
        handle,
        created,
        fileCreated,
        byteChanges,
        renames,
        removals,
      };
      return await openClaimed(candidate, stat ?? (await handle.stat()));
    } catch (error) {
      ctx.server.systemLeases.settle(handle.identity, handle, undefined);
      ctx.server.directoryLeases.settle(handle);
      if (error instanceof HomedElsewhere) {
        // What was made here is opened at its home. Only a handle of a file can be kept that long.
        if (handle.file === undefined) error.found = { handle, created };
        else await handle.close();
        throw error;
      }
      if (created) await removeMade(handle, ctx.server);
      const { file } = handle;
      if (fileCreated === true && file !== undefined) await removeMade(file, ctx.server);
      await handle.close();
      if (!(error instanceof Vanished)) throw error;
    } finally {
      release?.();
    }
  }
}

/**
 * [MS-FSA] 2.1.5.1: a stream is never a directory, and there are no streams if the back end stores
 * none.
 */
function checkStream(request: CreateRequest, ctx: RequestContext): void {
  if (!ctx.tree.share.vfs!.features.streams) {
    throw new StatusError(NtStatus.STATUS_OBJECT_NAME_INVALID, 'no streams here');
  }
  if ((request.createOptions & CreateOptions.DIRECTORY_FILE) !== 0) {
    throw new StatusError(NtStatus.STATUS_NOT_A_DIRECTORY, 'a stream is no directory');
  }
}
