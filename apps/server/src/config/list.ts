/**
 * The elements of a list in smb.conf, which blanks, tabs, commas and semicolons separate. Double
 * quotes keep an element together: `"bob smith"` is one element, and so is `bob" "smith`. Undefined
 * if a quote is not closed.
 */
export function parseList(text: string): string[] | undefined {
  const items: string[] = [];
  let item = '';
  let started = false;
  let quoted = false;
  for (const c of text) {
    if (c === '"') {
      quoted = !quoted;
      started = true;
    } else if (!quoted && SEPARATOR.test(c)) {
      if (started) items.push(item);
      item = '';
      started = false;
    } else {
      item += c;
      started = true;
    }
  }
  if (started) items.push(item);
  return quoted ? undefined : items;
}

/** A list in the form that `parseList` reads. */
export function formatList(items: readonly string[]): string {
  return items.map((item) => (item === '' || SEPARATOR.test(item) ? `"${item}"` : item)).join(', ');
}

/** A value without quotes that surround all of it. */
export function unquoted(text: string): string {
  return /^".*"$/.test(text) ? text.slice(1, -1) : text;
}

/** A text in such a form that the reader of lines and then `unquoted` return it unchanged. */
export function quotedIfNeeded(text: string): string {
  return /^\s|\s$|\\$|^".*"$/.test(text) ? `"${text}"` : text;
}

const SEPARATOR = /[\s,;]/;
