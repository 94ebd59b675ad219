import { Command, HeaderFlags, NtStatus } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import type { Open } from './open.ts';
import type { RequestContext } from './request-context.ts';

/** Commands that a client which lost a channel must not carry out twice, or too late. */
const CHANGING: ReadonlySet<number> = new Set([Command.WRITE, Command.SET_INFO, Command.IOCTL]);

/** The numbers by which an Open counts its requests, [MS-SMB2] 3.3.1.10. */
export interface ChannelSequence {
  /** Open.ChannelSequence, 16 bits: how often the client lost a channel. */
  current: number;
  /** Open.OutstandingRequestCount: requests under way with the current number. */
  outstanding: number;
  /** Open.OutstandingPreRequestCount: requests under way that came with an older number. */
  outstandingBefore: number;
}

export function newChannelSequence(current: number): ChannelSequence {
  return { current: current & 0xffff, outstanding: 0, outstandingBefore: 0 };
}

/**
 * Counts a 3.x request on its Open until `uncountRequest`. Refuses with STATUS_FILE_NOT_AVAILABLE a
 * request that came by a channel that its client has given up, or that repeats a request which may
 * still be under way. [MS-SMB2] 3.3.5.2.10
 */
export function countRequest(ctx: RequestContext, open: Open): void {
  const { header } = ctx;
  const { sequence } = open;
  const changes = CHANGING.has(header.command);
  const ahead = ((header.status & 0xffff) - sequence.current) & 0xffff;
  if (ahead > 0x7fff) {
    if (changes) throw new StatusError(NtStatus.STATUS_FILE_NOT_AVAILABLE, 'sent by a channel that was given up');
    sequence.outstandingBefore += 1;
    ctx.counted = sequence;
    ctx.countedAs = -1;
    return;
  }
  if (ahead > 0) {
    sequence.outstandingBefore += sequence.outstanding;
    sequence.outstanding = 0;
    sequence.current = header.status & 0xffff;
  }
  const isReplay = (header.flags & HeaderFlags.REPLAY_OPERATION) !== 0;
  if (isReplay && changes && sequence.outstandingBefore > 0) {
    throw new StatusError(NtStatus.STATUS_FILE_NOT_AVAILABLE, 'what is repeated may still be under way');
  }
  sequence.outstanding += 1;
  ctx.counted = sequence;
  ctx.countedAs = sequence.current;
}

/** The request has been answered: it no longer counts. */
export function uncountRequest(ctx: RequestContext): void {
  const { counted } = ctx;
  if (counted === undefined) return;
  ctx.counted = undefined;
  if (counted.current === ctx.countedAs) counted.outstanding -= 1;
  else counted.outstandingBefore -= 1;
}
