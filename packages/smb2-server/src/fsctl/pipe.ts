import { decode, encode } from '@tsmbd/ms-dtyp';
import { type IoctlRequest, NtStatus, pipePeekResponse, pipeWaitRequest } from '@tsmbd/smb2-codec';
import { rpcCaller } from '../create/index.ts';
import { StatusError } from '../errors.ts';
import type { PipeOpen, RequestContext } from '../model/index.ts';

function pipeOpen(request: IoctlRequest, ctx: RequestContext): PipeOpen {
  const open = ctx.open(request.fileId);
  if (open.kind !== 'pipe') throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, 'not a pipe');
  return open;
}

/** FSCTL_PIPE_TRANSCEIVE, [MS-SMB2] 3.3.5.15.3: writes a message and returns its answer. */
export function pipeTransceive(request: IoctlRequest, ctx: RequestContext): Uint8Array {
  const { pipe } = pipeOpen(request, ctx);
  pipe.write(request.input);
  const output = pipe.read(request.maxOutputResponse);
  if (output === undefined) throw new StatusError(NtStatus.STATUS_PIPE_DISCONNECTED, 'the pipe has no answer');
  // [MS-SMB2] 3.3.5.15.3: the client gets the rest of the message by READ afterwards.
  if (pipe.messageRemaining > 0) ctx.status = NtStatus.STATUS_BUFFER_OVERFLOW;
  return output;
}

/** FSCTL_PIPE_WAIT, [MS-SMB2] 3.3.5.15.14: succeeds if a pipe of that name can be opened now. */
export function pipeWait(request: IoctlRequest, ctx: RequestContext): Uint8Array {
  const { name } = decode(pipeWaitRequest, request.input);
  const pipe = ctx.server.env.rpc.openPipe(name.toLowerCase(), rpcCaller(ctx.session));
  if (pipe === undefined) throw new StatusError(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, 'no such pipe');
  pipe.close();
  return new Uint8Array(0);
}

/** FSCTL_PIPE_PEEK, [MS-FSCC] 2.3.46. */
export function pipePeek(request: IoctlRequest, ctx: RequestContext): Uint8Array {
  const { pipe } = pipeOpen(request, ctx);
  if (request.maxOutputResponse < 16) throw new StatusError(NtStatus.STATUS_BUFFER_TOO_SMALL, 'needs 16 bytes');
  return encode(pipePeekResponse, {
    namedPipeState: CONNECTED_STATE,
    readDataAvailable: pipe.available,
    numberOfMessages: pipe.available > 0 ? 1 : 0,
    messageLength: pipe.messageRemaining,
    data: new Uint8Array(0),
  });
}

/** FILE_PIPE_CONNECTED_STATE, [MS-FSCC] 2.4.36. */
const CONNECTED_STATE = 3;
