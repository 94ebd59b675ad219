/** An invariant that did not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export function fail(what: string): never {
  throw new Violation(what);
}

/** A message without what differs from run to run: the same fault has the same. */
export function kindOf(message: string | undefined): string | undefined {
  return message?.replaceAll(/[0-9a-f-]{8,}|\d+/g, '#').slice(0, 80);
}
