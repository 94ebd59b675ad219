import { CreateOptions, type CreateRequest, type CreateResponse, NtStatus } from '@tsmbd/smb2-codec';
import { chain, ending, type MaybePromise, orElse } from '@tsmbd/vfs-adapter';
import { mapGeneric, requireVisible } from '../access/index.ts';
import {
  type Candidate,
  openClaimed,
  openOrCreate,
  openPipe,
  removeMade,
  Vanished,
  validateCreate,
} from '../create/index.ts';
import {
  type RequestedDurability,
  reconnect,
  replayedOpen,
  replayResponse,
  requestedDurability,
  takeOver,
  untilReplayable,
} from '../durable/index.ts';
import { HomedElsewhere, StatusError } from '../errors.ts';
import { type RequestedContexts, requestedContexts } from '../metadata/index.ts';
import type { RequestContext } from '../model/index.ts';
import { type ParsedName, parseName, snapshotPath } from '../names/index.ts';

/**
 * CREATE, [MS-SMB2] 3.3.5.9: find or make, check, claim, change, answer. If nothing has to be
 * waited for, it is answered at once.
 */
export function handleCreate(request: CreateRequest, ctx: RequestContext): MaybePromise<CreateResponse> {
  const { session, server, tree } = ctx;
  if (tree.maximalAccess === 0) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'the user that the session is of now may not connect here');
  }
  // The opens of a session at all workers count together.
  if (session.opens.size + session.away.size >= server.config.maxOpensPerSession) {
    throw new StatusError(NtStatus.STATUS_INSUFFICIENT_RESOURCES, 'too many opens in the session');
  }
  if (tree.share.type === 'pipe') return openPipe(request, ctx);
  const wanted = requestedContexts(request.createContexts);
  const durability = requestedDurability(request.createContexts, ctx.connection.dialect);
  if (durability.reconnect !== undefined || durability.reconnectV2 !== undefined) {
    return reconnect(request, ctx, durability, wanted);
  }
  validateCreate(request);
  const parsed = named(request, wanted, ctx);
  if (!server.shortNames.mayBeIn(tree.share, parsed.path)) return createNamed(request, ctx, wanted, durability, parsed);
  return longNamed(parsed, ctx).then((named) => createNamed(request, ctx, wanted, durability, named));
}

/** The name in the request, and of what time it is. */
function named(request: CreateRequest, { snapshot }: RequestedContexts, { tree }: RequestContext): ParsedName {
  const parsed = parseName(request.name);
  const path = snapshotPath(tree.share, parsed.path, snapshot);
  return path === parsed.path ? parsed : { ...parsed, path };
}

/** The name with the long names that its short names stand for. */
async function longNamed(parsed: ParsedName, { tree, server }: RequestContext): Promise<ParsedName> {
  return { ...parsed, path: await server.shortNames.longPath(tree, parsed.path) };
}

/** Handles a CREATE of a file whose name has been understood. */
function createNamed(
  request: CreateRequest,
  ctx: RequestContext,
  wanted: RequestedContexts,
  durability: RequestedDurability,
  { path, stream, isData, isFolder }: ParsedName,
): MaybePromise<CreateResponse> {
  const { tree } = ctx;
  requireVisible(tree.share, path, request.createDisposition);
  if (stream !== undefined || isData === true) checkStream(stream, request, ctx);
  const asks = isFolder === true ? directoryOnly(request) : isData === true ? notDirectory(request) : request;
  return createOf({ request: asks, ctx, wanted, durability, path, stream });
}

/** What a CREATE asks for: its request, its contexts, and the name in it. */
interface Asked extends Pick<Candidate, 'request' | 'ctx' | 'wanted' | 'durability' | 'path'> {
  readonly stream: string | undefined;
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
  const parsed = named(request, requestedContexts(request.createContexts), ctx);
  const { path, stream } = ctx.server.shortNames.mayBeIn(ctx.tree.share, parsed.path)
    ? await longNamed(parsed, ctx)
    : parsed;
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

/** Handles a CREATE whose name is known to be valid: after what must be known or ended first. */
function createOf(asked: Asked): MaybePromise<CreateResponse> {
  const { request, ctx, wanted, durability, path, stream } = asked;
  const { persistent, workers } = ctx.server;
  const { unopened } = persistent;
  const here = unopened.size > 0 ? unopened.seekAt(ctx, path) : undefined;
  const sought = chain(here, () => workers?.seekAt(ctx));
  const heard = workers === undefined ? sought : chain(sought, () => untilReplayable(ctx, durability.requestV2));
  return chain(heard, () => {
    const replayed = replayedOpen(request, ctx, durability.requestV2, wanted);
    if (replayed !== undefined) return replayResponse(replayed, request, ctx, wanted);
    const { appInstance } = durability;
    const taken = appInstance === undefined ? undefined : takeOver(ctx, appInstance, { path, stream });
    const takenAll = appInstance === undefined ? taken : chain(taken, () => workers?.takeOver(ctx));
    return chain(takenAll, () => createNow(asked));
  });
}

/** Opens the file, and counts the CREATE as long as it is under way. */
function createNow(asked: Asked): MaybePromise<CreateResponse> {
  const { request, ctx, durability } = asked;
  const { server } = ctx;
  const access = mapGeneric(request.desiredAccess);
  const createGuid = durability.requestV2?.createGuid;
  const ended =
    createGuid === undefined ? undefined : server.durables.creating(ctx.connection.clientGuid, createGuid, ctx.triedAt);
  return ending(
    () => {
      const over = server.descriptors.begin(ctx.session);
      return ending(() => openAndClaim(asked, access), over);
    },
    () => ended?.(),
  );
}

/**
 * Opens the file and claims it. Does so again if the file's name was removed while the claim
 * waited.
 */
function openAndClaim(asked: Asked, access: number): MaybePromise<CreateResponse> {
  const { request, ctx, wanted, durability, path, stream } = asked;
  const { byteChanges, renames, removals } = ctx.server;
  return chain(openOrCreate(request, path, access, ctx, stream, wanted), (opened) => {
    const { handle, created, fileCreated, stat, release } = opened;
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
    const claim = (): MaybePromise<CreateResponse> =>
      orElse(
        () => chain(stat ?? handle.stat(), (first) => openClaimed(candidate, first)),
        async (error) => {
          if (error instanceof HomedElsewhere) throw await foundElsewhere(candidate, error);
          await undo(candidate);
          if (!(error instanceof Vanished)) throw error;
          return openAndClaim(asked, access);
        },
      );
    return release === undefined ? claim() : ending(claim, release);
  });
}

/**
 * Another worker is the file's home. What was made here stays, and is opened there. Only the handle
 * of a file can be kept until then.
 */
async function foundElsewhere({ ctx, handle, created }: Candidate, error: HomedElsewhere): Promise<HomedElsewhere> {
  const { server } = ctx;
  server.systemLeases.settle(handle.identity, handle, undefined);
  server.directoryLeases.settle(handle);
  if (handle.file === undefined) error.found = { handle, created };
  else await handle.close();
  return error;
}

/** The CREATE fails, or begins anew: what it has made is removed, and nothing of it stays open. */
async function undo({ ctx, handle, created, fileCreated }: Candidate): Promise<void> {
  const { server } = ctx;
  server.systemLeases.settle(handle.identity, handle, undefined);
  server.directoryLeases.settle(handle);
  if (created) await removeMade(handle, server);
  const { file } = handle;
  if (fileCreated === true && file !== undefined) await removeMade(file, server);
  await handle.close();
}

/**
 * [MS-FSA] 2.1.5.1: a stream is never a directory, and there are no streams if the back end stores
 * none. A `:` is then forbidden in a name, even before the name of the unnamed stream.
 */
function checkStream(stream: string | undefined, request: CreateRequest, ctx: RequestContext): void {
  if (!ctx.tree.share.vfs!.features.streams) {
    throw new StatusError(NtStatus.STATUS_OBJECT_NAME_INVALID, 'no streams here');
  }
  if (stream !== undefined && (request.createOptions & CreateOptions.DIRECTORY_FILE) !== 0) {
    throw new StatusError(NtStatus.STATUS_NOT_A_DIRECTORY, 'a stream is no directory');
  }
}
