/** A script has one JSON value per line; a bigint is `{"$n": "12"}`. */
export function scriptText(steps: readonly unknown[]): string {
  return steps
    .map((step) => JSON.stringify(step, (_, v) => (typeof v === 'bigint' ? { $n: String(v) } : v)))
    .join('\n');
}

/** Reads a script. Throws SyntaxError if the text is not a script. */
export function scriptFrom(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map((line) =>
    JSON.parse(line, (_, v) => (typeof v === 'object' && v !== null && '$n' in v ? BigInt(v.$n as string) : v)),
  );
}
