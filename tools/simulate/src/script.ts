/** Scripts are one JSON value a line; a bigint is `{"$n": "12"}`. */
export function scriptText(steps: readonly unknown[]): string {
  return steps
    .map((step) => JSON.stringify(step, (_, v) => (typeof v === 'bigint' ? { $n: String(v) } : v)))
    .join('\n');
}

/** Throws SyntaxError for what is no script. */
export function scriptFrom(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map((line) =>
    JSON.parse(line, (_, v) => (typeof v === 'object' && v !== null && '$n' in v ? BigInt(v.$n as string) : v)),
  );
}
