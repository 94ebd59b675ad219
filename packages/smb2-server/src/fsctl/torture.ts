import { Command, HEADER_SIZE, type IoctlRequest, NtStatus } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import type { RequestContext } from '../model/index.ts';

/** FSCTL_SMBTORTURE_FORCE_UNACKED_TIMEOUT of Samba's smbtorture. */
const FORCE_UNACKED = 0x8384_8003;
/** FSCTL_SMBTORTURE_GLOBAL_READ_RESPONSE_BODY_PADDING8 of Samba's smbtorture. */
const READ_PADDING = 0x8384_8023;

/** FSCTL_SMBTORTURE_IOCTL_RESPONSE_BODY_PADDING8 of Samba's smbtorture. */
const IOCTL_PADDING = 0x8384_8013;

/** FSCTL_SMBTORTURE_FSP_ASYNC_SLEEP of Samba's smbtorture. */
const ASYNC_SLEEP = 0x8384_8043;

/** smbtorture sends these requests about the connection itself, without a session. */
function needsNoSession({ header, bytes, server }: RequestContext): boolean {
  if (!server.config.tortureHooks || header.command !== Command.IOCTL || header.sessionId !== 0n) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.length >= HEADER_SIZE + 8 && view.getUint32(HEADER_SIZE + 4, true) === FORCE_UNACKED;
}

/**
 * From now on the server treats the connection as one whose peer acknowledges nothing. The next
 * message on it ends the connection, after a delay.
 */
function forceUnacked(_request: IoctlRequest, ctx: RequestContext): Uint8Array {
  requireHooks(ctx);
  const { connection } = ctx;
  ctx.afterSend = () => {
    connection.torture.acknowledgesNothing = true;
  };
  return new Uint8Array(0);
}

/**
 * From now on every READ response of the connection has 8 bytes of padding before its data, as
 * [MS-SMB2] 2.2.20 allows.
 */
function readPadding(_request: IoctlRequest, ctx: RequestContext): Uint8Array {
  requireHooks(ctx);
  ctx.connection.torture.readPadding = 8;
  return new Uint8Array(0);
}

/**
 * Answers with as many bytes of value 8 as the client accepts, behind 8 bytes of padding, as
 * [MS-SMB2] 2.2.32 allows.
 */
function ioctlPadding(request: IoctlRequest, ctx: RequestContext): Uint8Array {
  requireHooks(ctx);
  if (request.input.length > 0) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'takes no input');
  return new Uint8Array(Math.min(request.maxOutputResponse, 0xffff)).fill(8);
}

/**
 * Answers after as many milliseconds as the one byte of input says, whatever happens to the Open
 * meanwhile.
 */
function asyncSleep(request: IoctlRequest, ctx: RequestContext): Promise<Uint8Array> {
  requireHooks(ctx);
  const [ms, ...more] = request.input;
  if (ms === undefined || more.length > 0) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'one byte');
  return new Promise((resolve) => {
    ctx.server.env.timer(ms, () => resolve(new Uint8Array(0)));
  });
}

function requireHooks(ctx: RequestContext): void {
  if (!ctx.server.config.tortureHooks) {
    throw new StatusError(NtStatus.STATUS_INVALID_DEVICE_REQUEST, 'smbd:FSCTL_SMBTORTURE = no');
  }
}

/** All FSCTLs that smbtorture uses. The server serves them only if `tortureHooks` is set. */
export const TORTURE = {
  fsctls: new Map<number, (request: IoctlRequest, ctx: RequestContext) => Uint8Array | Promise<Uint8Array>>([
    [READ_PADDING, readPadding],
    [IOCTL_PADDING, ioctlPadding],
    [FORCE_UNACKED, forceUnacked],
    [ASYNC_SLEEP, asyncSleep],
  ]),
  /** The codes whose requests name no FileId. */
  withoutFile: [READ_PADDING, IOCTL_PADDING, FORCE_UNACKED],
  /** Bytes between the body of an IOCTL response and its output. */
  paddingOf: (ctlCode: number): number => (ctlCode === IOCTL_PADDING ? 8 : 0),
  needsNoSession,
} as const;
