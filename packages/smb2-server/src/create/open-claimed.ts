import { type OplockLevel as FileOplockLevel, type OpenId, Oplock } from '@tsmbd/oplock-lease';
import {
  AccessMask,
  CreateOptions,
  type CreateRequest,
  type CreateResponse,
  Dialect,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { chain, type MaybePromise, orElse, type VfsHandle, type VfsPath, type VfsStat } from '@tsmbd/vfs-adapter';
import { type Grant, grantExisting, grantNew } from '../access/index.ts';
import { fileChanged, wantedLease } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import type { RequestContext } from '../model/index.ts';
import { type OpenedLink, openedLink } from '../names/index.ts';
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
export function openClaimed(c: Candidate, firstStat: VfsStat): MaybePromise<CreateResponse> {
  requireOpenable(c, firstStat);
  const overwrites = !c.created && OVERWRITES.has(c.request.createDisposition);
  const may = rightsOf(c, firstStat, overwrites);
  return chain(may(), (grant) =>
    chain(claimFor(c, firstStat, grant, overwrites), (claim) => {
      const mayStill = (): Promise<void> => requireStill(grant.granted, may);
      const changed = orWithdraw(c, claim, () => changeClaimed(c, firstStat, claim, mayStill));
      return chain(changed, (stat) => enter(c, claim, stat));
    }),
  );
}

/** Makes the Open at the place where the file is now, and puts it into the tables. */
function enter(c: Candidate, claim: Claim, stat: VfsStat): MaybePromise<CreateResponse> {
  return chain(
    orWithdraw(c, claim, () => placeNow(c, claim.id)),
    ({ path, renames }) => {
      if (renames !== c.ctx.server.renames) return enter(c, claim, stat);
      // From here to the tables nothing is waited for: a rename that ends now finds the Open in
      // them, and the end of the session closes it.
      if (isGone(c.ctx)) return leaveGone(c, claim);
      const open = makeOpen(c, claim, path);
      const told = register(c, claim, open);
      return answer(c, claim, open, stat, told);
    },
  );
}

async function leaveGone({ ctx, handle }: Candidate, { id }: Claim): Promise<never> {
  await withdraw(ctx.server, handle, id);
  throw new StatusError(NtStatus.STATUS_USER_SESSION_DELETED, 'the session or tree went meanwhile');
}

function isGone({ session, tree }: RequestContext): boolean {
  return session.state === 'closed' || session.trees.get(tree.treeId) !== tree;
}

/** Does a step between the claim and the Open; if it fails, the claim is given back. */
function orWithdraw<T>({ ctx, handle }: Candidate, { id }: Claim, step: () => MaybePromise<T>): MaybePromise<T> {
  return orElse(step, async (error) => {
    await withdraw(ctx.server, handle, id);
    throw error;
  });
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
function rightsOf(c: Candidate, stat: VfsStat, overwrites: boolean): () => MaybePromise<Grant> {
  const { request, ctx, path, access, handle, created } = c;
  const ofNewFile = c.fileCreated ?? created;
  const opening = { request, tree: ctx.tree, path, access, isStream: handle.file !== undefined, overwrites };
  return () => (ofNewFile ? grantNew(opening) : grantExisting(opening, handle, stat));
}

/**
 * Throws STATUS_ACCESS_DENIED if the user may no longer have the rights that were to be granted.
 */
async function requireStill(granted: number, may: () => MaybePromise<Grant>): Promise<void> {
  const now = await may();
  if ((granted & ~now.granted) !== 0) throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'rights changed meanwhile');
}

/**
 * Nothing that was checked before may be relied on without this claim: claiming and refusing are
 * one step.
 */
function claimFor(c: Candidate, stat: VfsStat, grant: Grant, overwrites: boolean): MaybePromise<Claim> {
  const { ctx, handle, path } = c;
  return chain(openedLink(ctx.tree.share, path, handle, stat), (link) => claimAs(c, link, grant, overwrites));
}

function claimAs(c: Candidate, link: OpenedLink, grant: Grant, overwrites: boolean): MaybePromise<Claim> {
  const { request, ctx, wanted, handle } = c;
  const { tree, server, connection } = ctx;
  const { granted, byDisposition } = grant;
  const id = server.newOpenId();
  const askedLease = wantedLease(request, wanted.lease, handle, ctx);
  const lease = askedLease === 'none' ? undefined : askedLease;
  const deleteOnClose = (request.createOptions & CreateOptions.DELETE_ON_CLOSE) !== 0;
  const claimed = claimOpen(ctx, handle, {
    type: 'open',
    open: id,
    link: link.link,
    isOnlyLink: link.isOnlyLink,
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
  const isLeaseRefused = askedLease === 'none';
  return chain(claimed, ({ waited }) => ({ id, grant, lease, isLeaseRefused, deleteOnClose, overwrites, waited }));
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
function changeClaimed(
  c: Candidate,
  firstStat: VfsStat,
  claim: Claim,
  mayStill: () => Promise<void>,
): MaybePromise<VfsStat> {
  const { server } = c.ctx;
  const { waited, overwrites } = claim;
  const isAsFound = !waited && !overwrites && !c.created && !namesChanged(c) && server.byteChanges === c.byteChanges;
  return isAsFound ? firstStat : changeOrLookAgain(c, firstStat, claim, mayStill);
}

async function changeOrLookAgain(
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
function placeNow(c: Candidate, id: OpenId): MaybePromise<{ readonly path: VfsPath; readonly renames: number }> {
  const { handle, ctx } = c;
  const { renames } = ctx.server;
  if (renames === c.renames) return { path: c.path, renames };
  return chain((handle.file ?? handle).path(), (path) =>
    chain(path === c.path ? undefined : renamedMeanwhile(c, id, path), () => ({ path, renames })),
  );
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
