/**
 * Does `name` match `pattern`? `*` and `?` as everybody knows them, and the DOS ones of old clients: `<` any run up to
 * the last dot, `>` one character or none before a dot or the end, `"` a dot or the end. Letter case is ignored.
 * [MS-FSA] 2.1.4.4
 */
export function compilePattern(pattern: string): (name: string) => boolean {
  if (pattern === '*' || pattern === '' || pattern === '*.*') return () => true;
  const upper = pattern.toUpperCase();
  if (!/[*?<>"]/.test(upper)) return (name) => name.toUpperCase() === upper;
  return (name) => matches(upper, name.toUpperCase());
}

/** Does any of the patterns match? Undefined where there are none. */
export function matcherOf(patterns: readonly string[]): ((name: string) => boolean) | undefined {
  if (patterns.length === 0) return undefined;
  const compiled = patterns.map(compilePattern);
  return (name) => compiled.some((matches) => matches(name));
}

/** True when the pattern names one file at most. */
export function isPlainName(pattern: string): boolean {
  return !/[*?<>"]/.test(pattern);
}

/** All positions of the pattern that the name so far can have led to; bounded by pattern length × name length. */
function matches(pattern: string, name: string): boolean {
  const lastDot = name.lastIndexOf('.');
  let states = closure(new Set([0]), pattern, name, 0);
  for (let i = 0; i < name.length; i++) {
    const next = new Set<number>();
    const c = name[i]!;
    for (const s of states) {
      const p = pattern[s];
      if (p === undefined) continue;
      if (p === '*') next.add(s);
      else if (p === '<') {
        // Takes anything, but of the dots all save the last.
        if (c !== '.' || i !== lastDot) next.add(s);
        else continue;
      } else if (p === '?' || p === c || (p === '"' && c === '.') || (p === '>' && c !== '.')) next.add(s + 1);
    }
    states = closure(next, pattern, name, i + 1);
    if (states.size === 0) return false;
  }
  return states.has(pattern.length);
}

/** Adds what is reached without taking a character of the name. */
function closure(states: Set<number>, pattern: string, name: string, at: number): Set<number> {
  for (const s of states) {
    const p = pattern[s];
    const atEnd = at === name.length;
    if (p === '*' || p === '<') states.add(s + 1);
    else if (p === '>' && (atEnd || name[at] === '.')) states.add(s + 1);
    else if (p === '"' && atEnd) states.add(s + 1);
  }
  return states;
}
