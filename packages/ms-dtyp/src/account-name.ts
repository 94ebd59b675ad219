import { upcase } from './upcase.ts';

/**
 * The key by which account names are compared: two names belong to the same account if their keys
 * are equal. Letter case does not matter. Windows' table is used, so that names are distinguished
 * here in the same way as on the clients.
 */
export function accountKey(name: string): string {
  return upcase(name);
}

/** True if both are names of the same account. */
export function sameAccount(a: string, b: string): boolean {
  return a.length === b.length && accountKey(a) === accountKey(b);
}
