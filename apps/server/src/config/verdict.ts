/**
 * What becomes of a parameter that is not implemented.
 * - none: it has no effect here, and nothing is missing.
 * - less: it is taken, and something that Samba does is missing.
 * - refused: without it somebody would be let in, or data lost.
 */
export type VerdictClass = 'none' | 'less' | 'refused';

/** Parameters of Samba and ksmbd that share a verdict. */
export interface VerdictGroup {
  readonly verdict: VerdictClass;
  /** Said to people, behind the name. */
  readonly why: string;
  readonly names: readonly string[];
  /**
   * The verdict is on these values alone; of all others the next group says something, or nothing
   * is missing.
   */
  readonly when?: RegExp | undefined;
}

/** @param names parted by commas */
export function group(verdict: VerdictClass, why: string, names: string, when?: RegExp): VerdictGroup {
  return { verdict, why, names: names.split(',').map((name) => name.trim()), when };
}

/** A boolean that is on, or off. */
export const ON = /^(yes|true|on|1)$/i;
export const OFF = /^(no|false|off|0)$/i;
