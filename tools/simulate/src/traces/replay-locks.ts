import type { FileEffect, LocalAuthority } from '@tsmbd/oplock-lease';
import { LockFlags, type LockRequest, NtStatus } from '@tsmbd/smb2-codec';
import type { RequestState } from '@tsmbd/tool-smbdump';
import type { TraceEvent } from './trace.ts';

/** A LOCK that waits in the machine. */
interface Waiting {
  readonly key: string;
  readonly waiter: number;
  isGranted: boolean;
}

/**
 * Plays the LOCKs of a capture: those that are answered at once, and those that wait until they are
 * granted or withdrawn.
 */
export class LockReplay {
  /** LOCKs that were compared. */
  count = 0;
  readonly #authority: LocalAuthority;
  readonly #differs: (what: string) => void;
  /** Requests for which the recorded server sent an interim response. */
  readonly #interim = new Set<RequestState>();
  readonly #waiting = new Map<RequestState, Waiting>();
  #nextWaiter = 1;

  constructor(authority: LocalAuthority, differs: (what: string) => void) {
    this.#authority = authority;
    this.#differs = differs;
  }

  /**
   * The recorded server let this request wait. All such requests are reported before the first is
   * played.
   */
  waits(request: RequestState): void {
    this.#interim.add(request);
  }

  /**
   * A LOCK arrives.
   *
   * @param recorded the recorded server's final answer; undefined if the capture does not say
   */
  request(event: TraceEvent, open: { id: number; key: string }, { locks }: LockRequest, recorded?: number): void {
    const { id, key } = open;
    const { request } = event;
    if (locks.length === 0 || request === undefined) return;
    if ((locks[0]!.flags & LockFlags.UNLOCK) !== 0) {
      if (recorded === 0) this.#authority.apply(key, { type: 'unlock', open: id, ranges: locks });
      return;
    }
    const waited = this.#interim.has(request);
    if (!waited && recorded !== 0 && recorded !== NtStatus.STATUS_LOCK_NOT_GRANTED) return;
    const mayWait = (locks[0]!.flags & LockFlags.FAIL_IMMEDIATELY) === 0;
    const ranges = locks.map((l) => ({ ...l, exclusive: (l.flags & LockFlags.EXCLUSIVE_LOCK) !== 0 }));
    const change = { type: 'change', what: 'data', open: id, parentLease: undefined, waiter: undefined } as const;
    this.#authority.apply(key, change);
    const waiter = mayWait ? -this.#nextWaiter++ : undefined;
    const result = this.#authority.apply(key, { type: 'lock', open: id, ranges, waiter });
    this.count++;
    const expected = waited ? 'waiting' : recorded === 0 ? 'locked' : 'not-granted';
    if (result !== expected) this.#differs(`${event.frame}: LOCK ${result}, recorded ${expected}`);
    if (result === 'waiting') this.#waiting.set(request, { key, waiter: waiter!, isGranted: false });
  }

  /**
   * The recorded server answers. What it granted must be granted here by now, and what was
   * withdrawn must not be.
   */
  answer({ frame, request, status, isInterim }: TraceEvent): void {
    const waiting = request && this.#waiting.get(request);
    if (waiting === undefined || isInterim) return;
    this.#waiting.delete(request!);
    const { key, waiter, isGranted } = waiting;
    if (isGranted !== (status === NtStatus.STATUS_SUCCESS)) {
      this.#differs(`${frame}: LOCK ${isGranted ? 'granted' : 'still waiting'}, recorded 0x${status.toString(16)}`);
    }
    if (!isGranted) this.#authority.apply(key, { type: 'cancel-lock', waiter });
  }

  effect({ type, waiter }: Extract<FileEffect, { type: 'lock-granted' | 'lock-ended' }>): void {
    for (const waiting of this.#waiting.values())
      if (waiting.waiter === waiter) waiting.isGranted = type === 'lock-granted';
  }
}
