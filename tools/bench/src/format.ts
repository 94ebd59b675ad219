/** Numbers as the tables show them. */

/** Three digits, or whole numbers with separators from 100 on. */
export function number(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}

/** A duration in the unit that fits. */
export function duration(ms: number): string {
  if (ms < 1) return `${number(ms * 1000)} µs`;
  return ms < 10_000 ? `${number(ms)} ms` : `${number(ms / 1000)} s`;
}

/** A size in MiB. */
export function mebibytes(bytes: number): string {
  return `${number(bytes / (1 << 20))} MiB`;
}

/** The middle of the values; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** One row of a Markdown table. */
export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** The two lines above a Markdown table's rows. The first `texts` columns are aligned left. */
export function heading(names: readonly string[], texts: number): string {
  return `${row(names)}\n${row(names.map((_, i) => (i < texts ? '---' : '---:')))}`;
}
