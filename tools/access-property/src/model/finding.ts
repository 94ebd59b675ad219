import type { User } from '../people.ts';

/** Something that the model does not allow, or that the model expected and that did not happen. */
export interface Finding {
  /** One of a few names; the same fault always has the same name. */
  readonly kind: string;
  readonly user: User;
  /** What was seen, and what was missing. */
  readonly text: string;
}

/** A refusal of the model: the kind of the fault and what is missing. */
export interface Refusal {
  readonly kind: string;
  readonly missing: string;
}
