import type { Change } from '../differences.ts';
import type { User } from '../people.ts';
import type { ModelOpen, Observation } from './world.ts';

/** What a request did, to be judged: the request, its open, and everything else that it changed. */
export interface Deed extends Observation {
  readonly user: User;
  /** Of a request through an open. */
  readonly open: ModelOpen | undefined;
  readonly changes: readonly Change[];
}
