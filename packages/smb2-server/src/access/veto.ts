import { CreateDisposition, NtStatus } from '@tsmbd/smb2-codec';
import { VfsError, type VfsHandle, type VfsIdentity, type VfsPath } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';
import { type Denial, StatusError } from '../errors.ts';

/** Whether one of the names is vetoed, and so does not exist for clients of the share. */
export function isVetoed({ vetoes }: Share, path: VfsPath): boolean {
  return vetoes !== undefined && path.some(vetoes);
}

/** Refuses a CREATE of a vetoed name: it is not found, and not created either. */
export function requireVisible(share: Share, path: VfsPath, createDisposition: number): void {
  if (!isVetoed(share, path)) return;
  if (isVetoed(share, path.slice(0, -1))) throw new StatusError(NtStatus.STATUS_OBJECT_PATH_NOT_FOUND, VETOED, BY_VETO);
  if (createDisposition === CreateDisposition.OPEN || createDisposition === CreateDisposition.OVERWRITE) {
    throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, VETOED, BY_VETO);
  }
  throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, VETOED, BY_VETO);
}

/** Refuses to give a file a vetoed name. */
export function requireNameable(share: Share, path: VfsPath): void {
  if (isVetoed(share, path)) throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, VETOED, BY_VETO);
}

/**
 * Whether the content of a directory lets the directory be deleted. Vetoed names prevent that,
 * unless the share has them deleted with the directory.
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
 * Removes the content of a directory, and of the directories in it, if all of it is vetoed and the
 * share has vetoed names deleted with their directory.
 *
 * @param identity the user who deletes the directory
 */
export async function removeVetoed(
  share: Share,
  handle: VfsHandle,
  identity: VfsIdentity | undefined,
): Promise<boolean> {
  if (share.deleteVetoed !== true || handle.kind !== 'directory' || !(await isEmptyFor(share, handle))) return false;
  await removeAllIn(share, handle, identity, 0);
  return true;
}

async function removeAllIn(
  share: Share,
  directory: VfsHandle,
  identity: VfsIdentity | undefined,
  depth: number,
): Promise<void> {
  if (depth > MAX_DEPTH) throw new VfsError('not-empty', 'too deep');
  const path = await directory.path();
  const names = await namesIn(directory);
  for (const name of names) {
    const { handle } = await share.vfs!.open([...path, name], {
      disposition: 'open',
      kind: 'any',
      data: 'none',
      noFollow: true,
      identity,
    });
    try {
      if (handle.kind === 'directory') await removeAllIn(share, handle, identity, depth + 1);
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
const BY_VETO: { readonly denial: Denial } = {
  denial: {
    rule: 'veto files',
    because: 'the name is vetoed in the share, so it does not exist for clients',
    remedy: ({ share }) =>
      `take its pattern out of "veto files" in [${share}] of the configuration, then: tsmbd reload`,
  },
};
const BATCH = 256;
const MAX_DEPTH = 64;
