import { type OplockLevel as FileOplockLevel, type OpenId, Oplock } from '@tsmbd/oplock-lease';
import {
  AccessMask,
  CreateOptions,
  type CreateRequest,
  type CreateResponse,
  Dialect,
  NtStatus,
} from '@tsmbd/smb2-codec';
import type { VfsHandle, VfsPath, VfsStat } from '@tsmbd/vfs-adapter';
import { type Grant, grantExisting, grantNew } from '../access/index.ts';
import { fileChanged, wantedLease } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import type { RequestContext } from '../model/index.ts';
import { openedLink } from '../names/index.ts';
import { answer } from './answer.ts';
import { claimOpen, withdraw } from './claim.ts';
import { type Claim, makeOpen, register } from './make-open.ts';
import { applySideEffects, type Candidate } from './side-effects.ts';
import { DATA_RIGHTS, OVERWRITES } from './validate.ts';

/** The file lost its name while the open waited. The caller looks the name up again. */
export class Vanished extends Error {}

/**
 * Makes an Open from a descriptor. The steps are: rights, a place among the file's opens, what the
 * disposition does, the Open, its tables, the answer. Throws Vanished. [MS-SMB2] 3.3.5.9
 */
export async function openClaimed(c: Candidate, firstStat: VfsStat): Promise<CreateResponse> {
  requireOpenable(c, firstStat);
  const overwrites = !c.created && OVERWRITES.has(c.request.createDisposition);
  const may = rightsOf(c, firstStat, overwrites);
  const grant = await may();
  const claim = await claimFor(c, firstStat, grant, overwrites);
  const mayStill = (): Promise<void> => requireStill(grant.granted, may);
  const stat = await orWithdraw(c, claim, () => changeClaimed(c, firstStat, claim, mayStill));
  let place = await orWithdraw(c, claim, () => placeNow(c, claim.id));
  // From here to the tables there is no await, if nothing has changed: a rename that ends now finds
  // the Open in them, and the end of the session closes it.
  while (place.renames !== c.ctx.server.renames) place = await orWithdraw(c, claim, () => placeNow(c, claim.id));
  if (isGone(c.ctx)) {
    await withdraw(c.ctx.server, c.handle, claim.id);
    throw new StatusError(NtStatus.STATUS_USER_SESSION_DELETED, 'the session or tree went meanwhile');
  }
  const open = makeOpen(c, claim, place.path);
  const told = register(c, claim, open);
  return answer(c, claim, open, stat, told);
}

function isGone({ session, tree }: RequestContext): boolean {
  return session.state === 'closed' || session.trees.get(tree.treeId) !== tree;
}

/** Does a step between the claim and the Open; if it fails, the claim is given back. */
async function orWithdraw<T>({ ctx, handle }: Candidate, { id }: Claim, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    await withdraw(ctx.server, handle, id);
    throw error;
  }
}

function requireOpenable({ request, access }: Candidate, stat: VfsStat): void {
  if (stat.kind === 'other' && (access & DATA_RIGHTS) !== 0) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'neither file nor directory');
  }
  if (stat.kind === 'symlink' && (request.createOptions & CreateOptions.OPEN_REPARSE_POINT) === 0) {
    throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'a symbolic link that is not followed');
  }
}

/**
 * Returns a function that asks for the rights that the user has to the file now. The function
 * throws if these rights are not enough.
 */
function rightsOf(c: Candidate, stat: VfsStat, overwrites: boolean): () => Promise<Grant> {
  const { request, ctx, path, access, handle, created } = c;
  const ofNewFile = c.fileCreated ?? created;
  const opening = { request, tree: ctx.tree, path, access, isStream: handle.file !== undefined, overwrites };
  return () => (ofNewFile ? grantNew(opening) : grantExisting(opening, handle, stat));
}

/**
 * Throws STATUS_ACCESS_DENIED if the user may no longer have the rights that were to be granted.
 */
async function requireStill(granted: number, may: () => Promise<Grant>): Promise<void> {
  const now = await may();
  if ((granted & ~now.granted) !== 0) throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'rights changed meanwhile');
}

/**
 * Nothing that was checked before may be relied on without this claim: claiming and refusing are
 * one step.
 */
async function claimFor(c: Candidate, stat: VfsStat, grant: Grant, overwrites: boolean): Promise<Claim> {
  const { request, ctx, wanted, handle, path } = c;
  const { tree, server, connection } = ctx;
  const { granted, byDisposition } = grant;
  const id = server.newOpenId();
  const link = await openedLink(tree.share, path, handle, stat);
  const askedLease = wantedLease(request, wanted.lease, handle, ctx);
  const lease = askedLease === 'none' ? undefined : askedLease;
  const deleteOnClose = (request.createOptions & CreateOptions.DELETE_ON_CLOSE) !== 0;
  const { waited } = await claimOpen(ctx, handle, {
    type: 'open',
    open: id,
    ...link,
    // The other opens must also share the access that the disposition needs.
    access: granted | (byDisposition & (AccessMask.FILE_WRITE_DATA | AccessMask.DELETE)),
    share: request.shareAccess,
    deleteOnClose,
    oplock: wantedOplock(request, handle, ctx),
    levelTwo: tree.share.level2Oplocks && tree.share.kernelOplocks !== true,
    lease,
    overwrites,
    // [MS-SMB2] 3.3.5.9: clients of earlier dialects do not know that they have to try again.
    yieldsToReserved: connection.dialect >= Dialect.SMB_3_0,
  });
  return { id, grant, lease, isLeaseRefused: askedLease === 'none', deleteOnClose, overwrites, waited };
}

/**
 * SMB2_OPLOCK_LEVEL_*. A lease is requested with a create context instead, and directories have no
 * oplocks. [MS-SMB2] 3.3.5.9
 */
function wantedOplock(request: CreateRequest, handle: VfsHandle, { tree, server }: RequestContext): FileOplockLevel {
  const { requestedOplockLevel: level } = request;
  const { share } = tree;
  if (handle.kind !== 'file' || !share.oplocks) return Oplock.NONE;
  if (share.kernelOplocks === true) {
    const alone = level === Oplock.EXCLUSIVE || level === Oplock.BATCH;
    // A handle that no local program can open, such as a stream's, needs no lease of the system.
    const held = alone && (handle.lease === undefined || server.systemLeases.take(share, handle.identity, handle));
    return held ? level : Oplock.NONE;
  }
  return level === Oplock.LEVEL_II || level === Oplock.EXCLUSIVE || level === Oplock.BATCH ? level : Oplock.NONE;
}

/**
 * Does what the disposition says with the file, now that the open has its place among the file's
 * opens; returns what the file is by then.
 */
async function changeClaimed(
  c: Candidate,
  firstStat: VfsStat,
  { id, overwrites, waited }: Claim,
  mayStill: () => Promise<void>,
): Promise<VfsStat> {
  const { handle, ctx } = c;
  const { server } = ctx;
  if ((waited || namesChanged(c)) && (await handle.stat()).linkCount === 0) throw new Vanished();
  // Another client had all that time to take a right away again.
  if (waited) await mayStill();
  // What a client caches from now on begins with what it is told here: no older than the grant.
  const isOld = waited || server.byteChanges !== c.byteChanges;
  const changed = await applySideEffects(c, firstStat, overwrites);
  if (overwrites) fileChanged(server, { key: handle.identity, id });
  return changed || isOld ? handle.stat() : firstStat;
}

/**
 * The server has removed or replaced names since the file was looked up. The file's own name may be
 * among them.
 */
function namesChanged({ ctx, renames, removals }: Candidate): boolean {
  return ctx.server.renames !== renames || ctx.server.removals !== removals;
}

/**
 * Where the file is by now, and how many renames there had been then: it may have been renamed
 * since it was looked up.
 */
async function placeNow(c: Candidate, id: OpenId): Promise<{ readonly path: VfsPath; readonly renames: number }> {
  const { handle, ctx } = c;
  const { renames } = ctx.server;
  const path = renames === c.renames ? c.path : await (handle.file ?? handle).path();
  if (path !== c.path) await renamedMeanwhile(c, id, path);
  return { path, renames };
}

/**
 * The open was claimed under the file's old name. From now on the open is of the file's current
 * name, unless that name is about to be deleted.
 */
async function renamedMeanwhile({ handle, ctx }: Candidate, open: OpenId, path: VfsPath): Promise<void> {
  const file = handle.file ?? handle;
  const link = await openedLink(ctx.tree.share, path, handle, await file.stat());
  if (ctx.server.authority.apply(file.identity, { type: 'set-link', open, ...link }) === 'delete-pending') {
    throw new StatusError(NtStatus.STATUS_DELETE_PENDING, 'renamed, and being deleted');
  }
}
