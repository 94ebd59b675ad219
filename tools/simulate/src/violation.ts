/** An invariant that did not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export function fail(what: string): never {
  throw new Violation(what);
}

/**
 * A message without the parts that differ from run to run, so that the same fault gives the same
 * text.
 */
export function kindOf(message: string | undefined): string | undefined {
  return message?.replaceAll(/[0-9a-f-]{8,}|\d+/g, '#').slice(0, 80);
}
