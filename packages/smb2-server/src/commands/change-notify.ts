import { encode } from '@tsmbd/ms-dtyp';
import {
  type ChangeNotifyRequest,
  type ChangeNotifyResponse,
  FileAction,
  fileNotifyInformation,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { COMMAND_NEEDS, requireGranted } from '../access/index.ts';
import { StatusError } from '../errors.ts';
import type { EndCause, FileOpen, RequestContext, Watch } from '../model/index.ts';

/** SMB2_WATCH_TREE, [MS-SMB2] 2.2.35. */
const WATCH_TREE = 0x0001;

/** How many requests may wait at one open. Clients have one or two. */
export const MAX_WAITING = 128;

/** CHANGE_NOTIFY, [MS-SMB2] 3.3.5.19. */
export function handleChangeNotify(
  request: ChangeNotifyRequest,
  ctx: RequestContext,
): ChangeNotifyResponse | Promise<ChangeNotifyResponse> {
  if (!ctx.server.config.changeNotify) throw new StatusError(NtStatus.STATUS_NOT_IMPLEMENTED, 'change notify = no');
  const open = ctx.open(request.fileId);
  if (request.outputBufferLength > ctx.connection.maxTransactSize) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'OutputBufferLength is over MaxTransactSize');
  }
  if (open.kind !== 'file' || open.handle.kind !== 'directory')
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'not a directory');
  requireGranted(open, COMMAND_NEEDS.CHANGE_NOTIFY);
  if (open.markedDeleted) throw new StatusError(NtStatus.STATUS_DELETE_PENDING, 'being deleted');
  // The first request on an Open decides what is watched, [MS-FSA] 2.1.5.11.1.
  const watch = open.watch ?? startWatch(request, open, ctx);
  if (watch.ready) return { buffer: taken(watch, request.outputBufferLength, ctx) };
  // [MS-SMB2] 3.3.5.2.7: the requests behind this one would wait forever. Windows, too, refuses a
  // CHANGE_NOTIFY that would wait in the middle of a compound.
  if (ctx.header.nextCommand !== 0) throw new StatusError(NtStatus.STATUS_INTERNAL_ERROR, 'CHANGE_NOTIFY is not last');
  if (watch.waiting >= MAX_WAITING) {
    throw new StatusError(NtStatus.STATUS_INSUFFICIENT_RESOURCES, 'too many wait at this open');
  }
  return new Promise((resolve, reject) => {
    const withdraw = watch.wait((why) => {
      try {
        if (why === 'delete-pending') throw new StatusError(NtStatus.STATUS_DELETE_PENDING, 'being deleted');
        resolve({ buffer: taken(watch, request.outputBufferLength, ctx) });
      } catch (error) {
        reject(error);
      }
    });
    ctx.pend(open, (cause) => {
      withdraw();
      // [MS-SMB2] 3.3.5.10: whatever ends the Open ends the watch too, with STATUS_NOTIFY_CLEANUP.
      reject(new StatusError(ENDED[cause] ?? NtStatus.STATUS_NOTIFY_CLEANUP, 'watch ended'));
    });
  });
}

const ENDED: Readonly<Partial<Record<EndCause, number>>> = {
  cancelled: NtStatus.STATUS_CANCELLED,
  crowd: NtStatus.STATUS_INSUFFICIENT_RESOURCES,
};

function startWatch(request: ChangeNotifyRequest, open: FileOpen, ctx: RequestContext): Watch {
  const { notify } = ctx.server;
  const { share } = open.tree;
  const recursive = (request.flags & WATCH_TREE) !== 0;
  const watch = notify.add(share, open.path, request.completionFilter, recursive, request.outputBufferLength);
  open.watch = watch;
  if (share.kernelChangeNotify) notify.watchOthers(watch, open.handle);
  return watch;
}

/** The queued changes, or STATUS_NOTIFY_ENUM_DIR when they do not fit. */
function taken(watch: Watch, room: number, ctx: RequestContext): Uint8Array {
  const changes = watch.take();
  if (changes !== undefined) {
    const merged = changes.filter(
      (c, i) =>
        c.action !== FileAction.MODIFIED ||
        i === 0 ||
        changes[i - 1]!.name !== c.name ||
        changes[i - 1]!.action !== c.action,
    );
    const buffer = encode(
      fileNotifyInformation,
      merged.map((c) => ({ action: c.action, fileName: c.name })),
    );
    if (buffer.length <= room) return buffer;
  }
  ctx.status = NtStatus.STATUS_NOTIFY_ENUM_DIR;
  return new Uint8Array(0);
}
