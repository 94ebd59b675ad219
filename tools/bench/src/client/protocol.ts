import type { Target } from '../cases/job.ts';
import type { HistogramData } from '../histogram.ts';

/** What the bench asks a client process to do. Each request has one answer, and comes after it. */
export type ClientRequest =
  | { readonly type: 'start'; readonly job: string; readonly target: Target }
  | { readonly type: 'prepare' }
  | ({ readonly type: 'round' } & Window)
  | { readonly type: 'end' };

export type ClientAnswer =
  | { readonly type: 'done'; readonly result?: RoundResult }
  | { readonly type: 'failed'; readonly message: string };

/** Times of the clock that all processes share (`clock.ts`), in milliseconds. */
export interface Window {
  /** Work before this time is not counted. */
  readonly startAt: number;
  /** No operation begins after this time. */
  readonly endAt: number;
}

/** What one client did in one round. */
export interface RoundResult {
  /** Units whose answers arrived between the start and the end. */
  readonly units: number;
  /** Durations of the operations that ended after the start, even if that was after the end. */
  readonly latency: HistogramData;
}
