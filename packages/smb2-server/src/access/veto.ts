import { CreateDisposition, NtStatus } from '@tsmbd/smb2-codec';
import { VfsError, type VfsHandle, type VfsPath } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';
import { StatusError } from '../errors.ts';

/** One of the names is not there for clients of the share. */
export function isVetoed({ vetoes }: Share, path: VfsPath): boolean {
  return vetoes !== undefined && path.some(vetoes);
}

/** A CREATE of a name that is not there: it is not found, and not made either. */
export function requireVisible(share: Share, path: VfsPath, createDisposition: number): void {
  if (!isVetoed(share, path)) return;
  if (isVetoed(share, path.slice(0, -1))) throw new StatusError(NtStatus.STATUS_OBJECT_PATH_NOT_FOUND, VETOED);
  if (createDisposition === CreateDisposition.OPEN || createDisposition === CreateDisposition.OVERWRITE) {
    throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, VETOED);
  }
  throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, VETOED);
}

/** A file gets no such name either. */
export function requireNameable(share: Share, path: VfsPath): void {
  if (isVetoed(share, path)) throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, VETOED);
}

/**
 * Whether nothing in a directory keeps it from being deleted: vetoed names do, unless the share
 * lets them go with it.
 */
export async function isEmptyFor(share: Share, handle: VfsHandle): Promise<boolean> {
  const cursor = await handle.list();
  try {
    for (;;) {
      const entries = await cursor.next(BATCH);
      if (entries.length === 0) return true;
      if (share.deleteVetoed !== true || !entries.every(({ name }) => isVetoed(share, [name]))) return false;
    }
  } finally {
    cursor.close();
  }
}

/**
 * Removes what is in a directory, and what is in that, when all of it is vetoed and the share lets
 * it go.
 */
export async function removeVetoed(share: Share, handle: VfsHandle): Promise<boolean> {
  if (share.deleteVetoed !== true || handle.kind !== 'directory' || !(await isEmptyFor(share, handle))) return false;
  await removeAllIn(share, handle, 0);
  return true;
}

async function removeAllIn(share: Share, directory: VfsHandle, depth: number): Promise<void> {
  if (depth > MAX_DEPTH) throw new VfsError('not-empty', 'too deep');
  const path = await directory.path();
  const names = await namesIn(directory);
  for (const name of names) {
    const { handle } = await share.vfs!.open([...path, name], {
      disposition: 'open',
      kind: 'any',
      data: 'none',
      noFollow: true,
    });
    try {
      if (handle.kind === 'directory') await removeAllIn(share, handle, depth + 1);
      await handle.unlink();
    } finally {
      await handle.close();
    }
  }
}

async function namesIn(directory: VfsHandle): Promise<string[]> {
  const cursor = await directory.list();
  const names: string[] = [];
  try {
    for (let entries = await cursor.next(BATCH); entries.length > 0; entries = await cursor.next(BATCH)) {
      names.push(...entries.map(({ name }) => name));
    }
    return names;
  } finally {
    cursor.close();
  }
}

const VETOED = 'the name is vetoed in this share';
const BATCH = 256;
const MAX_DEPTH = 64;
