/**
 * The elements of a list, as smb.conf has them: between blanks, tabs, commas and semicolons. What
 * is in double quotes is not parted: `"bob smith"` is one element, and so is `bob" "smith`.
 * Undefined when a quote is not closed.
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

/** A list as `parseList` reads it. */
export function formatList(items: readonly string[]): string {
  return items.map((item) => (item === '' || SEPARATOR.test(item) ? `"${item}"` : item)).join(', ');
}

/** A value without the quotes around the whole of it. */
export function unquoted(text: string): string {
  return /^".*"$/.test(text) ? text.slice(1, -1) : text;
}

/** A text that `unquoted`, and the reader of lines before it, give back as it is. */
export function quotedIfNeeded(text: string): string {
  return /^\s|\s$|\\$|^".*"$/.test(text) ? `"${text}"` : text;
}

const SEPARATOR = /[\s,;]/;
