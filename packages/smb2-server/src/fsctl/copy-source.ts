import { type FileId, NtStatus } from '@tsmbd/smb2-codec';
import type { MaybePromise, VfsHandle } from '@tsmbd/vfs-adapter';
import { COPY_SOURCE_NEEDS, openAs, requireGranted } from '../access/index.ts';
import { currentShare } from '../config.ts';
import { StatusError } from '../errors.ts';
import { requireUnlocked } from '../locks/index.ts';
import type { RequestContext, CopySource as SourceElsewhere } from '../model/index.ts';

/** What the bytes of a copy come from. */
export interface CopySource {
  readonly handle: VfsHandle;
  /** Identity of the file or stream. */
  readonly key: string;
  /**
   * Throws STATUS_FILE_LOCK_CONFLICT if a lock keeps these bytes from being read. Undefined if only
   * another worker knows.
   */
  readonly requireUnlocked: ((offset: bigint, length: bigint) => void) | undefined;
  /** Asks the other worker the same. Undefined if this worker knows. */
  readonly askUnlocked: ((offset: bigint, length: bigint) => Promise<void>) | undefined;
  /** Called when the copy is over. */
  end(): MaybePromise<void>;
}

/** The Open that a resume key names, [MS-SMB2] 3.3.5.15.6. It may be at another worker. */
export async function copySource(fileId: FileId, ctx: RequestContext): Promise<CopySource> {
  const { server, session } = ctx;
  const open = session.opens.get(fileId.volatile);
  if (open === undefined) {
    const elsewhere = await server.workers?.copySource(session, fileId);
    if (elsewhere === undefined) throw noOpen();
    return openedAgain(elsewhere, fileId, ctx);
  }
  if (open.kind !== 'file' || open.closed || open.fileId.persistent !== fileId.persistent) throw noOpen();
  requireGranted(open, COPY_SOURCE_NEEDS);
  return {
    handle: open.handle,
    key: open.key,
    requireUnlocked: (offset, length) => requireUnlocked(server, open, offset, length, false),
    askUnlocked: undefined,
    end: () => {},
  };
}

/**
 * Opens the source's file at this worker too. The other worker has checked the rights of the Open;
 * the file's identity proves that the path still leads to it.
 */
async function openedAgain(
  { share, path, key }: SourceElsewhere,
  fileId: FileId,
  { server, session }: RequestContext,
): Promise<CopySource> {
  const named = server.share(share);
  const now = named && currentShare(named);
  if (now?.vfs === undefined) throw noOpen();
  const { handle } = await openAs({ share: now, session }, path, { disposition: 'open', kind: 'file', data: 'read' });
  if (handle.identity !== key) {
    await handle.close();
    throw noOpen();
  }
  return {
    handle,
    key,
    requireUnlocked: undefined,
    askUnlocked: (offset, length) => server.workers!.requireUnlocked(session, fileId, offset, length),
    end: () => handle.close(),
  };
}

function noOpen(): StatusError {
  return new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'resume key names no Open');
}
