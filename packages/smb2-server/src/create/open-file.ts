import { AccessMask, CreateDisposition, CreateOptions, type CreateRequest, NtStatus } from '@tsmbd/smb2-codec';
import {
  type MaybePromise,
  orElse,
  VfsError,
  type VfsHandle,
  type VfsOpened,
  type VfsOpenOptions,
  type VfsPath,
} from '@tsmbd/vfs-adapter';
import { type Opening, openAs, requireNewFile, requireNewStream } from '../access/index.ts';
import { untilRetry } from '../caching/index.ts';
import type { Share } from '../config.ts';
import { HomedElsewhere, isRefusal, StatusError } from '../errors.ts';
import { keeps, type RequestedContexts } from '../metadata/index.ts';
import type { RequestContext } from '../model/index.ts';
import { isNameGoing } from '../names/index.ts';
import { removeMade } from './undo.ts';
import { OVERWRITES } from './validate.ts';

/**
 * How often open-then-create is tried before the server gives up. It takes that many tries only if
 * somebody else makes and removes the name all the time.
 */
const MAX_TRIES = 8;

/** What a CREATE has opened or made. */
export interface Opened extends VfsOpened {
  /** For a stream: its file was made together with it. */
  readonly fileCreated?: boolean;
  /** Ends the hold on the file's home. Called when the CREATE is over. */
  readonly release?: (() => void) | undefined;
}

/**
 * Opens what the path names, or creates it, without side effects on a file that exists. Whether the
 * user may have the file made is settled before it is made. [MS-FSA] 2.1.5.1
 */
export function openOrCreate(
  request: CreateRequest,
  path: VfsPath,
  access: number,
  ctx: RequestContext,
  stream: string | undefined,
  wanted: RequestedContexts,
): MaybePromise<Opened> {
  // A file that is made overwrites nothing, whatever the disposition would do to an existing file.
  const opening = { request, tree: ctx.tree, path, access, isStream: stream !== undefined, overwrites: false };
  if (ctx.made !== undefined && stream === undefined) {
    return openMade(ctx.made, opening, access, ctx).then((made) => made ?? openFile(opening, wanted, access, ctx));
  }
  return stream === undefined ? openFile(opening, wanted, access, ctx) : openNamedStream(opening, wanted, stream, ctx);
}

/**
 * Opens the file that this CREATE has made at another worker, before it was known that its home is
 * here: somebody opened the file in that moment. Undefined if the file has gone since.
 */
async function openMade(
  identity: string,
  { request, path }: Opening,
  access: number,
  ctx: RequestContext,
): Promise<Opened | undefined> {
  ctx.made = undefined;
  const options = {
    kind: kindOf(request),
    data: dataOf(request, access),
    noFollow: true,
    disposition: 'open',
  } as const;
  try {
    const opened = await openAs(ctx.tree, path, options);
    if (opened.handle.identity === identity) return { ...opened, created: true };
    await opened.handle.close();
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
  }
  return undefined;
}

/** Opens or creates a stream. If the file is missing, creates the file too. [MS-FSA] 2.1.5.1.1 */
async function openNamedStream(
  opening: Opening,
  wanted: RequestedContexts,
  stream: string,
  ctx: RequestContext,
): Promise<Opened> {
  const { request } = opening;
  const { createDisposition } = request;
  const mustExist = createDisposition === CreateDisposition.OPEN || createDisposition === CreateDisposition.OVERWRITE;
  const ofFile = {
    ...request,
    createOptions: request.createOptions & ~CreateOptions.NON_DIRECTORY_FILE,
    createDisposition: mustExist ? CreateDisposition.OPEN : CreateDisposition.OPEN_IF,
  };
  const base = await openFile({ ...opening, request: ofFile }, wanted, AccessMask.FILE_READ_ATTRIBUTES, ctx);
  let release: (() => void) | undefined;
  try {
    if (await isNameGoing(ctx.server, ctx.tree.share, opening.path, base.handle)) {
      throw new StatusError(NtStatus.STATUS_DELETE_PENDING, 'the file is being deleted');
    }
    requireStreams(ctx.tree.share, base.handle);
    // Streams are kept in memory at their file's home, so the home comes first.
    release = ctx.server.workers?.hold(base.handle.identity);
    const opened = await openStream(opening, base, stream, mustExist, ctx);
    return { ...opened, fileCreated: base.created, release };
  } catch (error) {
    release?.();
    if (error instanceof HomedElsewhere) {
      error.found = { handle: base.handle, created: false };
      throw error;
    }
    if (base.created) await removeMade(base.handle, ctx.server);
    await base.handle.close();
    throw error;
  }
}

/**
 * A file system that is mounted inside the share may keep no streams. `:` is then not allowed in a
 * name there, as on FAT.
 */
function requireStreams(share: Share, file: VfsHandle): void {
  if (keeps(share, file, 'streams')) return;
  throw new StatusError(NtStatus.STATUS_OBJECT_NAME_INVALID, 'no streams on this file system');
}

/** Opens the stream of a file, or makes it if the user may have it made. */
async function openStream(
  opening: Opening,
  { handle, created }: VfsOpened,
  stream: string,
  mustExist: boolean,
  { server }: RequestContext,
): Promise<VfsOpened> {
  const isCreate = opening.request.createDisposition === CreateDisposition.CREATE;
  if (!isCreate && !created) {
    try {
      return await server.streams.open(handle, stream, 'open');
    } catch (error) {
      if (mustExist || !(error instanceof VfsError && error.code === 'not-found')) throw error;
    }
  }
  // If the request also made the file, its rights were checked when the file was made.
  if (!created) await requireNewStream(opening, handle);
  return server.streams.open(handle, stream, isCreate ? 'create' : 'open-or-create');
}

/**
 * @param access what the file is opened for. This differs from what the client asks for if the file
 *   is opened only to reach one of its streams
 */
function openFile(
  opening: Opening,
  wanted: RequestedContexts,
  access: number,
  ctx: RequestContext,
): MaybePromise<VfsOpened> {
  const { request, path } = opening;
  const options = { kind: kindOf(request), data: dataOf(request, access), noFollow: noFollow(request) };
  const { createDisposition } = request;
  if (createDisposition === CreateDisposition.OPEN || createDisposition === CreateDisposition.OVERWRITE) {
    return openAfterBreaks(path, options, access, ctx);
  }
  return openOrMake(opening, options, wanted, access, ctx);
}

/** What the back end is asked for, but whether the file may be made. */
type OpenOptions = Omit<VfsOpenOptions, 'disposition'>;

/** Opens the file, or makes it if the name is missing. */
async function openOrMake(
  opening: Opening,
  options: OpenOptions,
  wanted: RequestedContexts,
  access: number,
  ctx: RequestContext,
): Promise<VfsOpened> {
  const { request, path } = opening;
  const { createDisposition } = request;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    if (createDisposition !== CreateDisposition.CREATE) {
      try {
        return await openAfterBreaks(path, options, access, ctx);
      } catch (error) {
        if (!(error instanceof VfsError && error.code === 'not-found')) throw error;
      }
    }
    try {
      await requireNewFile(opening, wanted, options.kind === 'directory');
      return await openAs(ctx.tree, path, { ...options, disposition: 'create' });
    } catch (error) {
      if (!(error instanceof VfsError && error.code === 'exists')) throw error;
      if (createDisposition === CreateDisposition.CREATE) throw await collision(path, error, ctx);
      await requireNoDanglingLink(path, ctx);
    }
  }
  throw new StatusError(NtStatus.STATUS_SHARING_VIOLATION, 'the name comes and goes');
}

/**
 * A symbolic link that leads nowhere is a name that exists, but it names no file that could be
 * opened. [MS-FSA] 2.1.5.1
 */
async function requireNoDanglingLink(path: VfsPath, ctx: RequestContext): Promise<void> {
  let handle: VfsHandle;
  try {
    const options = { disposition: 'open', kind: 'any', data: 'none', noFollow: true } as const;
    ({ handle } = await openAs(ctx.tree, path, options));
  } catch (error) {
    // The link went meanwhile, or the name can be neither opened nor made: the next try tells.
    if (error instanceof VfsError) return;
    throw error;
  }
  const isLink = handle.kind === 'symlink';
  await handle.close();
  if (isLink) throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'a symbolic link that leads nowhere');
}

/**
 * Opens a file on a share where the system holds up opens on behalf of clients that cache the file.
 * These clients are asked to stop caching first, and the file is opened then. If another program
 * holds up the open, the call waits for that program.
 */
function openAfterBreaks(
  path: VfsPath,
  options: OpenOptions,
  access: number,
  ctx: RequestContext,
): MaybePromise<VfsOpened> {
  if (ctx.tree.share.kernelOplocks !== true) return openExisting(path, options, access, ctx);
  return openAfterSystemBreaks(path, options, access, ctx);
}

async function openAfterSystemBreaks(
  path: VfsPath,
  options: OpenOptions,
  access: number,
  ctx: RequestContext,
): Promise<VfsOpened> {
  const { authority, waits } = ctx.server;
  const waiter = waits.newWaiter();
  for (;;) {
    try {
      return await openExisting(path, { ...options, ifLeased: 'refuse' }, access, ctx);
    } catch (error) {
      if (!(error instanceof VfsError && error.code === 'busy')) throw error;
    }
    const { handle } = await openAs(ctx.tree, path, { ...options, data: 'none', disposition: 'open' });
    await handle.close();
    const change = { type: 'change', what: 'data', open: undefined, parentLease: undefined, waiter } as const;
    ctx.server.workers?.requireHere(handle.identity);
    if (authority.apply(handle.identity, change) === 'go') return openExisting(path, options, access, ctx);
    await untilRetry(ctx, handle.identity, waiter, undefined);
    // The open waits in line itself when its place is claimed.
    authority.apply(handle.identity, { type: 'cancel-wait', waiter });
  }
}

function openExisting(
  path: VfsPath,
  options: OpenOptions,
  access: number,
  ctx: RequestContext,
): MaybePromise<VfsOpened> {
  const open = (data: VfsOpenOptions['data']): MaybePromise<VfsOpened> =>
    openAs(ctx.tree, path, { ...options, data, disposition: 'open' });
  if ((access & AccessMask.MAXIMUM_ALLOWED) === 0 || options.data === 'none') return open(options.data);
  // MAXIMUM_ALLOWED takes the rights there are: a file that cannot be written is opened for
  // reading.
  const lesser = (data: VfsOpenOptions['data'], next: () => MaybePromise<VfsOpened>): MaybePromise<VfsOpened> =>
    orElse(
      () => open(data),
      (error) => {
        if (!isForbidden(error)) throw error;
        return next();
      },
    );
  return lesser(options.data, () => lesser('read', () => open('none')));
}

/** A name that exists: STATUS_DELETE_PENDING when it is about to go. [MS-FSA] 2.1.5.1.2 */
async function collision(path: VfsPath, error: VfsError, ctx: RequestContext): Promise<Error> {
  try {
    const { handle } = await openAs(ctx.tree, path, { disposition: 'open', kind: 'any', data: 'none' });
    try {
      const pending = await isNameGoing(ctx.server, ctx.tree.share, path, handle);
      if (pending) return new StatusError(NtStatus.STATUS_DELETE_PENDING, 'the name is being deleted');
    } finally {
      await handle.close();
    }
  } catch (problem) {
    // The file has gone meanwhile, or may not be opened. What counts is that the name existed.
    if (!isRefusal(problem)) throw problem;
  }
  return error;
}

/** The file cannot be opened in this way, but perhaps in another way. */
function isForbidden(error: unknown): boolean {
  return error instanceof VfsError && (error.code === 'access-denied' || error.code === 'read-only');
}

function kindOf({ createOptions }: CreateRequest): VfsOpenOptions['kind'] {
  if ((createOptions & CreateOptions.DIRECTORY_FILE) !== 0) return 'directory';
  return (createOptions & CreateOptions.NON_DIRECTORY_FILE) !== 0 ? 'file' : 'any';
}

function noFollow({ createOptions }: CreateRequest): boolean {
  return (createOptions & CreateOptions.OPEN_REPARSE_POINT) !== 0;
}

/** What the back end's descriptor must be good for. */
function dataOf(request: CreateRequest, access: number): VfsOpenOptions['data'] {
  const all = (access & AccessMask.MAXIMUM_ALLOWED) !== 0;
  const read = all || (access & (AccessMask.FILE_READ_DATA | AccessMask.FILE_EXECUTE)) !== 0;
  const write =
    all ||
    (access & (AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA)) !== 0 ||
    OVERWRITES.has(request.createDisposition);
  if (write) return read ? 'read-write' : 'write';
  return read ? 'read' : 'none';
}
