import type { Change } from '../differences.ts';
import type { User } from '../people.ts';
import type { ModelOpen, Observation } from './world.ts';

/**
 * What a request did, for the judgement: the request, its open, and everything else that it
 * changed.
 */
export interface Deed extends Observation {
  readonly user: User;
  /** Present if the request was made through an open. */
  readonly open: ModelOpen | undefined;
  readonly changes: readonly Change[];
}
