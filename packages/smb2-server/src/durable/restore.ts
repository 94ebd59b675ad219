import { type LockRange, SharedRights } from '@tsmbd/oplock-lease';
import { VfsError, type VfsHandle, type VfsOpenOptions, type VfsPath } from '@tsmbd/vfs-adapter';
import { noteDeleter, openAs, type Visit } from '../access/index.ts';
import { fileChangesOutside } from '../caching/index.ts';
import type { Share } from '../config.ts';
import { settleSystemLocks } from '../locks/index.ts';
import { type Engine, type FileOpen, LockSequences, newChannelSequence, newFileOpen, Session } from '../model/index.ts';
import { openedLink } from '../names/index.ts';
import type { PersistentRecord } from './persistent-record.ts';

/**
 * The file is there, but others have opened it since the server started. So what the client knows
 * about it may be wrong.
 */
export class TakenMeanwhile extends Error {}

/** Another file has the name of the file that was open. */
export class OtherFile extends Error {}

/** Opens that an earlier run of the server made. */
const restored = new WeakSet<FileOpen>();

/**
 * Makes the Open of a record again: opens its file, checks that it is the same file, and restores
 * the Open's state. The Open then waits for its client; the caller has to start the time for that.
 * Throws OtherFile, TakenMeanwhile, and the errors of the back end; nothing is then left of the
 * attempt. [MS-SMB2] 3.3.1.10 Open.IsPersistent
 *
 * @param share where the file is looked for; its `vfs` is there
 */
export async function restoreOpen(
  server: Engine,
  kept: PersistentRecord,
  keptLocks: readonly LockRange[],
  share: Share,
): Promise<FileOpen> {
  if (server.env.sids !== undefined && kept.identity.unix === undefined) {
    throw new OtherFile('it was kept by a version that knew no users of the system');
  }
  const visit = { share, session: sessionOfNobody(server, kept) };
  const { file, path } = await find(visit, kept);
  let handle = file;
  let open: FileOpen | undefined;
  try {
    if (kept.stream !== undefined) handle = await streamOf(server, visit, file, kept.stream, kept);
    const key = handle.identity;
    const link = await openedLink(share, path, handle, await handle.stat());
    for (const { id } of server.authority.peek(key)?.opens.values() ?? []) {
      const other = server.opens.byId(id);
      if (other === undefined || !restored.has(other)) throw new TakenMeanwhile('others have opened it meanwhile');
    }
    open = openOfNobody(server, { ...kept, path }, visit, handle);
    // A lease may be left from a time when the share granted leases. The system holds no file for a
    // lease.
    const held = kept.lease === undefined && server.systemLeases.take(share, key, handle);
    const locks = [...(kept.locks ?? []), ...keptLocks];
    server.authority.apply(key, {
      type: 'restore',
      open: { ...kept.state, id: open.id },
      streamOf: handle.file?.identity,
      ...link,
      lease: kept.lease,
      locks: locks.map((lock) => ({ ...lock, open: open!.id })),
    });
    if (held) server.systemLeases.settle(key, handle, open.id);
    if (!(await settleSystemLocks(server, open, locks))) {
      server.env.log('warn', 'smb', 'a local program has locked what a persistent open had locked', {
        path: open.path,
      });
    }
    if (kept.deletePending) {
      noteDeleter(server, open);
      server.authority.apply(key, { type: 'set-delete-pending', open: open.id, deletePending: true });
    }
    server.opens.add(open);
    restored.add(open);
    server.descriptors.opened(open);
    server.durables.add(open);
    if (!held && share.kernelOplocks === true && handle.lease !== undefined) fileChangesOutside(server, key);
    server.persistent.locksChanged(open, () => kept.locks ?? []);
    return open;
  } catch (error) {
    server.systemLeases.settle(handle.identity, handle, undefined);
    if (open !== undefined) server.authority.apply(open.key, { type: 'close', open: open.id });
    await handle.close();
    throw error;
  }
}

/** The file of a persistent open, found by its name or by the name that it was about to get. */
async function find(visit: Visit, kept: PersistentRecord): Promise<{ file: VfsHandle; path: VfsPath }> {
  let problem: unknown;
  for (const path of kept.nextPath === undefined ? [kept.path] : [kept.nextPath, kept.path]) {
    try {
      const { handle } = await openAs(visit, path, {
        disposition: 'open',
        kind: kept.stream === undefined ? 'file' : 'any',
        data: kept.stream === undefined ? dataOf(kept.access) : 'none',
      });
      if (handle.identity === kept.key) return { file: handle, path };
      await handle.close();
      problem ??= new OtherFile('another file has its name');
    } catch (error) {
      // If the file is looked for under two names and one of them does not exist, the error about
      // the other name counts.
      if (problem === undefined || isNotThere(problem)) problem = error;
    }
  }
  throw problem;
}

/** The file is not where it was looked for. Any other error may be gone a moment later. */
export function isNotThere(problem: unknown): boolean {
  if (problem instanceof OtherFile) return true;
  return problem instanceof VfsError && (problem.code === 'not-found' || problem.code === 'path-not-found');
}

/**
 * The kept stream of `file`; the stream then owns `file`. If it is not found under its old name, it
 * is looked for under the name that it was getting.
 */
async function streamOf(
  { streams }: Engine,
  visit: Visit,
  file: VfsHandle,
  name: string,
  kept: PersistentRecord,
): Promise<VfsHandle> {
  try {
    return (await streams.open(file, name, 'open')).handle;
  } catch (error) {
    if (kept.nextStream === undefined || !(error instanceof VfsError && error.code === 'not-found')) throw error;
    if (kept.nextStream !== '') return (await streams.open(file, kept.nextStream, 'open')).handle;
  }
  const whole = await find(visit, { ...kept, stream: undefined });
  await file.close();
  return whole.file;
}

/** The file is opened again as the user who had it open, and stays that user's. */
function sessionOfNobody(server: Engine, kept: PersistentRecord): Session {
  const session = new Session(0n, server.nobody(), kept.openedAt);
  session.state = 'closed';
  session.identity = kept.identity;
  return session;
}

/** An Open without a client. Its session and tree are closed ones that say whose Open it was. */
function openOfNobody(server: Engine, kept: PersistentRecord, { share, session }: Visit, handle: VfsHandle): FileOpen {
  return newFileOpen({
    id: server.newOpenId(),
    fileId: { persistent: kept.persistentId, volatile: 0n },
    session,
    tree: {
      treeId: 0,
      session,
      share,
      madeFor: undefined,
      maximalAccess: kept.access,
      connectedAt: kept.openedAt,
      openCount: 0,
    },
    grantedAccess: kept.access,
    openedAt: kept.openedAt,
    sequence: newChannelSequence(0),
    handle,
    lease: kept.openLease,
    askedLease: undefined,
    desiredAccess: kept.desiredAccess,
    shareAccess: kept.state.share,
    createOptions: kept.createOptions,
    createAction: kept.createAction,
    deleteOnClose: kept.state.deleteOnClose,
    position: kept.position,
    mode: kept.mode,
    path: kept.path,
    clientGuid: kept.durable.clientGuid,
    createGuid: kept.durable.createGuid,
    appInstance: kept.appInstance,
    durable: { ...kept.durable, disconnected: true },
    lockSequences: new LockSequences(Uint8Array.from(kept.lockSequences)),
  });
}

function dataOf(access: number): VfsOpenOptions['data'] {
  if ((access & SharedRights.WRITE) !== 0) return (access & SharedRights.READ) === 0 ? 'write' : 'read-write';
  return (access & SharedRights.READ) === 0 ? 'none' : 'read';
}
