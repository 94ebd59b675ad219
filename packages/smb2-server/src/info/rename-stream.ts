import { FileAction, NtStatus } from '@tsmbd/smb2-codec';
import { type StreamHandle, type StreamTarget, sameName, type VfsHandle } from '@tsmbd/vfs-adapter';
import { openAs } from '../access/index.ts';
import { nameChanges } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import { releaseSystemLocks } from '../locks/index.ts';
import type { Engine, FileOpen, RequestContext } from '../model/index.ts';
import { isStreamName } from '../names/index.ts';
import { isDeletePending } from './disposition.ts';

/**
 * The largest size in bytes of a file whose bytes can become a named stream. Back ends keep named
 * streams as a whole.
 */
const MAX_NAMED = 1 << 20;

/**
 * Gives the open stream another name, [MS-FSA] 2.1.5.15.11.1. All opens of the stream keep what
 * they have: sharing, oplocks, leases and locks belong to the stream.
 *
 * @param name `:stream`, `:stream:$DATA`, or `::$DATA` for the unnamed stream
 */
export async function renameStream(name: string, replace: boolean, open: FileOpen, ctx: RequestContext): Promise<void> {
  const to = streamName(name, open);
  const from = open.handle.streamName ?? '';
  if (sameName(to, from)) return;
  const { server } = ctx;
  await nameChanges(ctx, open);
  if (isDeletePending(server, open)) throw new StatusError(NtStatus.STATUS_DELETE_PENDING, 'being deleted');
  const check = (target: StreamTarget | undefined): void => checkTarget(target, replace);
  const { handle } = open;
  await server.persistent.whileRenaming(open, to, () => {
    if (to === '') return becomeUnnamed(handle as StreamHandle, check, open, ctx);
    if (from === '') return nameUnnamed(to, check, open, ctx);
    return server.streams.rename(handle as StreamHandle, to, check);
  });
  if (from !== '') server.streamChanged(open, FileAction.REMOVED_STREAM, from);
  if (to !== '') server.streamChanged(open, FileAction.ADDED_STREAM, to);
}

/** The name that the client asks for, '' for the unnamed stream. */
function streamName(text: string, open: FileOpen): string {
  const [, name = '', type, ...more] = text.split(':');
  if (more.length > 0 || text.endsWith(':') || (name !== '' && !isStreamName(name))) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'not the name of a stream');
  }
  const directory = open.handle.kind === 'directory';
  const own = directory ? '$INDEX_ALLOCATION' : '$DATA';
  if (type !== undefined && type.toUpperCase() !== own) {
    throw new StatusError(NtStatus.STATUS_OBJECT_TYPE_MISMATCH, 'a stream of another type');
  }
  if (directory) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, "a directory's entries are no named stream");
  return name;
}

/** A stream can be replaced only if it is empty and nobody has it open. */
function checkTarget(target: StreamTarget | undefined, replace: boolean): void {
  if (target === undefined) return;
  if (!replace) throw new StatusError(NtStatus.STATUS_OBJECT_NAME_COLLISION, 'there is such a stream');
  if (target.isOpen) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'the stream in its place is open');
  if (target.size > 0) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'the stream in its place has bytes');
}

/** A named stream becomes the unnamed one. */
async function becomeUnnamed(
  handle: StreamHandle,
  check: (target: StreamTarget) => void,
  open: FileOpen,
  { server }: RequestContext,
): Promise<void> {
  const { base, identity: from } = handle;
  // A directory has no unnamed stream.
  if (base.kind !== 'file') throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'the stream of a directory');
  const data = await dataOf(open, base.identity);
  let taken = false;
  try {
    const checkUnnamed = ({ size }: { size: number } = { size: 0 }): void => {
      check({ size, isOpen: (server.authority.peek(base.identity)?.opens.size ?? 0) > 0 });
    };
    await server.streams.becomeUnnamed(handle, data, checkUnnamed, () => {
      taken = true;
      moveOpens(server, from, base.identity, (same) => same);
    });
  } finally {
    if (!taken) await data.close();
  }
}

/** The unnamed stream gets a name, and the file gets a new, empty unnamed stream. */
async function nameUnnamed(
  to: string,
  check: (target: StreamTarget | undefined) => void,
  open: FileOpen,
  { server }: RequestContext,
): Promise<void> {
  const from = open.key;
  const data = await dataOf(open, from);
  try {
    const checkAll = (target: StreamTarget | undefined): void => {
      check(target);
      for (const id of server.authority.peek(from)?.opens.keys() ?? []) {
        if (server.opens.byId(id) === undefined) {
          throw new StatusError(NtStatus.STATUS_SHARING_VIOLATION, 'an open of the file comes or goes');
        }
      }
    };
    await server.streams.nameUnnamed(data, to, MAX_NAMED, checkAll, (streamOf) => {
      const renamed = streamOf(open.handle);
      moveOpens(server, from, renamed.identity, (handle) => (handle === open.handle ? renamed : streamOf(handle)));
    });
  } finally {
    await data.close();
  }
}

/**
 * A handle of the open's file that can read and write the file's bytes, whatever rights the open
 * itself has.
 */
async function dataOf(open: FileOpen, identity: string): Promise<VfsHandle> {
  const { handle } = await openAs(open.tree, open.path, {
    disposition: 'open',
    kind: 'file',
    data: 'read-write',
    ifLeased: 'refuse',
  });
  if (handle.identity === identity) return handle;
  await handle.close();
  throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'the file has another name by now');
}

/**
 * From now on, all opens of the stream `from` are opens of the stream `to` in the server's tables.
 */
function moveOpens(server: Engine, from: string, to: string, rewrap: (handle: VfsHandle) => VfsHandle): void {
  for (const id of server.authority.peek(from)?.opens.keys() ?? []) {
    const open = server.opens.byId(id);
    if (open === undefined) continue;
    // The system's locks are on the file's bytes, and these are now the bytes of another stream.
    releaseSystemLocks(server, open);
    server.persistent.moved(open, to);
    open.handle = rewrap(open.handle);
    open.key = to;
  }
  server.oplockBreaks.moved(from, to);
  server.authority.move(from, to);
}
