import { encode } from '@tsmbd/ms-dtyp';
import { type IoctlRequest, NtStatus, srvSnapshotArray } from '@tsmbd/smb2-codec';
import { FSCTL_NEEDS, requireGranted } from '../access/index.ts';
import { StatusError } from '../errors.ts';
import type { RequestContext } from '../model/index.ts';

/** What a client that only asks how much room it needs offers, [MS-SMB2] 3.3.5.15.1. */
const LEAST = 16;
/** Bytes before the names. */
const FIXED = 12;

/**
 * FSCTL_SRV_ENUMERATE_SNAPSHOTS, [MS-SMB2] 3.3.5.15.1: the snapshots of the share, whether or not
 * the open's file is in each of them.
 */
export async function enumerateSnapshots(request: IoctlRequest, ctx: RequestContext): Promise<Uint8Array> {
  const open = ctx.fileOpen(request.fileId);
  requireGranted(open, FSCTL_NEEDS.get(request.ctlCode));
  const { snapshots } = open.tree.share.vfs!;
  if (snapshots === undefined) throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'the share has no snapshots');
  if (request.maxOutputResponse < LEAST) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, `needs ${LEAST} bytes`);
  }
  const names = await snapshots.names();
  const size = names.reduce((sum, name) => sum + 2 * (name.length + 1), 2);
  const fits = names.length > 0 && FIXED + size <= request.maxOutputResponse;
  const output = encode(srvSnapshotArray, {
    numberOfSnapShots: names.length,
    snapShotArraySize: names.length === 0 ? 0 : size,
    snapShots: fits ? names : [],
  });
  if (output.length >= LEAST) return output;
  const padded = new Uint8Array(LEAST);
  padded.set(output);
  return padded;
}
