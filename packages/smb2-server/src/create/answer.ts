import { type CreateResponse, OplockLevel } from '@tsmbd/smb2-codec';
import type { VfsStat } from '@tsmbd/vfs-adapter';
import { holderOf, noLease } from '../caching/index.ts';
import { leaseNow, openedAs } from '../durable/index.ts';
import { contextResponses, networkOpenValues } from '../metadata/index.ts';
import type { FileOpen } from '../model/index.ts';
import type { Claim, Registered } from './make-open.ts';
import type { Candidate } from './side-effects.ts';

/** CREATE Response, [MS-SMB2] 2.2.14: the Open as it is when the response is made. */
export function answer(
  { ctx, wanted, request }: Candidate,
  { isLeaseRefused, grant }: Claim,
  open: FileOpen,
  stat: VfsStat,
  { isTold, durable }: Registered,
): CreateResponse {
  const seen = ctx.server.times.seen(open, stat);
  // The caching that was granted may have been taken back while the disk was asked. A client that
  // could not be told of that then is told now. An open that asked for none can lose none.
  if (request.requestedOplockLevel !== OplockLevel.NONE || open.lease !== undefined) {
    ctx.speaksOf(holderOf(open));
    if (!isTold) ctx.tellsAgain(holderOf(open), open.key);
  }
  const lease = isLeaseRefused ? noLease(wanted.lease!) : leaseNow(ctx, open, wanted);
  return {
    oplockLevel: isLeaseRefused ? OplockLevel.LEASE : openedAs(ctx, open).oplockLevel,
    flags: 0,
    createAction: open.createAction,
    ...networkOpenValues(seen, open.tree.share, open.path.at(-1), open.reserved),
    fileId: open.fileId,
    createContexts: contextResponses(wanted, seen, () => grant.rights.maximal, lease, durable),
  };
}
