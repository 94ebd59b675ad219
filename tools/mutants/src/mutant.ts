/** A rule of the server, broken on purpose: a mutation of one line that a test must see. */
export interface Mutant {
  /** What the broken rule would allow, in kebab-case; unique. */
  readonly name: string;
  /** The file that holds the rule, from the root of the tree. */
  readonly file: string;
  /** Text that occurs exactly once in the file. */
  readonly find: string;
  /** The text that replaces it in the mutated file. */
  readonly replace: string;
  /** One sentence: what somebody could do if the rule were so. */
  readonly why: string;
  /** Test files of `npm test`, from the root of the tree. At least one of them must fail. */
  readonly tests: readonly string[];
  /** Why no test can notice the mutation. A mutant with this reason may survive. */
  readonly survives?: string;
}
