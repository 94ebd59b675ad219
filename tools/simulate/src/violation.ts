/** An invariant that did not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export function fail(what: string): never {
  throw new Violation(what);
}
