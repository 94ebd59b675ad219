import { encode } from '@tsmbd/ms-dtyp';
import { type IoctlRequest, NtStatus, reparseData, SymlinkFlags } from '@tsmbd/smb2-codec';
import { FSCTL_NEEDS, requireGranted } from '../access/index.ts';
import { StatusError } from '../errors.ts';
import type { RequestContext } from '../model/index.ts';

/**
 * FSCTL_GET_REPARSE_POINT, [MS-FSCC] 2.3.29 and [MS-FSA] 2.1.5.10.13. Symbolic links are followed
 * here. Only a link that was opened as such, with OPEN_REPARSE_POINT, is a reparse point: a client
 * asks where it leads, for example because it leads nowhere.
 */
export async function getReparsePoint(request: IoctlRequest, ctx: RequestContext): Promise<Uint8Array> {
  const open = ctx.fileOpen(request.fileId);
  requireGranted(open, FSCTL_NEEDS.get(request.ctlCode));
  const { handle } = open;
  if (handle.kind !== 'symlink') throw new StatusError(NtStatus.STATUS_NOT_A_REPARSE_POINT, 'no symbolic link');
  const target = await handle.readLink();
  const name = target.replaceAll('/', '\\');
  const flags = target.startsWith('/') ? 0 : SymlinkFlags.RELATIVE;
  const output = encode(reparseData, { kind: 'symlink', substituteName: name, printName: name, flags });
  if (output.length <= request.maxOutputResponse) return output;
  if (request.maxOutputResponse < HEAD) throw new StatusError(NtStatus.STATUS_BUFFER_TOO_SMALL, `needs ${HEAD} bytes`);
  ctx.status = NtStatus.STATUS_BUFFER_OVERFLOW;
  return output.subarray(0, request.maxOutputResponse);
}

/** Bytes of REPARSE_DATA_BUFFER before its data, [MS-FSCC] 2.1.2.2. */
const HEAD = 8;
