import { upcase } from './upcase.ts';

/**
 * What an account's name is compared by: two names are one account's when their keys are equal.
 * Letter case does not matter, by Windows' table, so that names are told apart here as they are on
 * the clients.
 */
export function accountKey(name: string): string {
  return upcase(name);
}

/** True when both are the name of one account. */
export function sameAccount(a: string, b: string): boolean {
  return a.length === b.length && accountKey(a) === accountKey(b);
}
