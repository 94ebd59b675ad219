import { type LeaseRequest, type OpenCommand, Oplock } from '../../src/index.ts';

/**
 * An open that reads and writes, shares everything and caches nothing, unless told otherwise; it
 * waits by its id.
 */
export function open(id: number, more: Partial<OpenCommand> = {}): OpenCommand {
  return {
    type: 'open',
    open: id,
    access: 3,
    share: 7,
    deleteOnClose: false,
    oplock: Oplock.NONE,
    levelTwo: true,
    lease: undefined,
    overwrites: false,
    waiter: id,
    ...more,
  };
}

/** An open with a lease, whose wish is letters out of R, W and H. */
export function leased(id: number, lease: string, wish: string, more: Partial<OpenCommand> = {}): OpenCommand {
  return open(id, { lease: leaseRequest(lease, wish), ...more });
}

export function leaseRequest(id: string, wish: string): LeaseRequest {
  return { id, state: bits(wish), version: 1, epoch: 0 };
}

/** Letters to bits of CacheBits. */
export function bits(letters: string): number {
  return (letters.includes('R') ? 1 : 0) | (letters.includes('H') ? 2 : 0) | (letters.includes('W') ? 4 : 0);
}

/** Bits of CacheBits to letters. */
export function letters(state: number): string {
  return `${(state & 1) !== 0 ? 'R' : ''}${(state & 4) !== 0 ? 'W' : ''}${(state & 2) !== 0 ? 'H' : ''}`;
}
