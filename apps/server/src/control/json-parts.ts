/** About how many characters a part has. */
const PART = 32 << 10;

/**
 * The text of JSON.stringify in parts, so that a long list keeps the event loop from nobody: each
 * part is made when it is asked for. A part is longer only if one member of a list is.
 *
 * @param value made of plain objects and arrays; a `toJSON` counts only inside of lists' members
 */
export function* jsonParts(value: unknown): Generator<string> {
  let part = '';
  for (const piece of pieces(value, 0)) {
    part += piece;
    if (part.length < PART) continue;
    yield part;
    part = '';
  }
  if (part !== '') yield part;
}

/** Lists that are deeper than this are short: what is in one open, for example. */
const MAX_DEPTH = 5;

function* pieces(value: unknown, depth: number): Generator<string> {
  if (depth < MAX_DEPTH && Array.isArray(value)) {
    let before = '[';
    for (const member of value) {
      yield before;
      yield* pieces(member ?? null, depth + 1);
      before = ',';
    }
    yield before === '[' ? '[]' : ']';
  } else if (depth < MAX_DEPTH && isPlain(value)) {
    let before = '{';
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* pieces(member, depth + 1);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  } else {
    yield JSON.stringify(value) ?? 'null';
  }
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
