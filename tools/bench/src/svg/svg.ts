/** The few elements of SVG that the pictures need, as strings. */

/**
 * A whole file of the given size, on a white ground so that it can be read in dark pages too.
 *
 * @param title what the picture shows, for those who do not see it
 */
export function document(title: string, width: number, height: number, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      'font-family="sans-serif" font-size="11">',
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...content,
    '</svg>',
    '',
  ].join('\n');
}

/** Text whose anchor is at (x, y). */
export function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}"${attributes === '' ? '' : ` ${attributes}`}>${escaped(content)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, stroke: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${stroke}"/>`;
}

/** A line through points. */
export function polyline(points: readonly (readonly [number, number])[], stroke: string): string {
  const list = points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ');
  return `<polyline points="${list}" fill="none" stroke="${stroke}" stroke-width="2"/>`;
}

export function circle(x: number, y: number, radius: number, fill: string, title = ''): string {
  const inside = title === '' ? '/>' : `><title>${escaped(title)}</title></circle>`;
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" fill="${fill}"${inside}`;
}

/** Text with the characters replaced that mean something in XML. */
export function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Two digits behind the point are finer than a screen. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
