import { foldName } from '@tsmbd/vfs-adapter';

/**
 * Returns a function that tells whether a name matches `pattern`. `*` and `?` have their usual
 * meaning. The others are the DOS wildcards of old clients: `<` is any run up to the last dot, `>`
 * is one character, or none before a dot or at the end, and `"` is a dot or the end. Letter case is
 * ignored. For each character of the name, matching takes at most as many steps as the pattern has
 * characters. [MS-FSA] 2.1.4.4
 */
export function compilePattern(pattern: string): (name: string) => boolean {
  if (pattern === '*' || pattern === '' || pattern === '*.*') return () => true;
  const folded = withoutRuns(foldName(pattern));
  if (isPlainName(folded)) return (name) => name.length === folded.length && foldName(name) === folded;
  const least = shortestMatch(folded);
  const matches = /[<>"]/.test(folded) ? matchesDos : matchesStars;
  return (name) => name.length >= least && matches(folded, foldName(name));
}

/**
 * Returns a function that tells whether a name matches any of the patterns. Undefined if there are
 * no patterns.
 */
export function matcherOf(patterns: readonly string[]): ((name: string) => boolean) | undefined {
  if (patterns.length === 0) return undefined;
  const compiled = patterns.map(compilePattern);
  return (name) => compiled.some((matches) => matches(name));
}

/** True when the pattern names one file at most. */
export function isPlainName(pattern: string): boolean {
  return !/[*?<>"]/.test(pattern);
}

/**
 * Replaces each run of `*` and `<` by one character: `*` if the run contains one, otherwise `<`.
 * That character matches all that the whole run matches.
 */
function withoutRuns(pattern: string): string {
  return pattern.replaceAll(/[*<]{2,}/g, (run) => (run.includes('*') ? '*' : '<'));
}

/**
 * The number of characters of the shortest name that can match. It counts the characters of the
 * pattern that match exactly one character.
 */
function shortestMatch(pattern: string): number {
  return pattern.replaceAll(/[*<>"]/g, '').length;
}

/**
 * Matches patterns that have only `*` and `?`. Each `*` takes as little as possible, and one
 * character more whenever what follows does not match.
 */
function matchesStars(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let taken = 0;
  for (let i = 0; i < name.length; ) {
    const p = pattern[at];
    if (p === '*') {
      star = at;
      at += 1;
      taken = i;
    } else if (p === '?' || p === name[i]) {
      at += 1;
      i += 1;
    } else if (star >= 0) {
      taken += 1;
      at = star + 1;
      i = taken;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

/** Matches by keeping all positions in the pattern that the name so far can have led to. */
function matchesDos(pattern: string, name: string): boolean {
  const lastDot = name.lastIndexOf('.');
  let now = new Uint8Array(pattern.length + 1);
  let next = new Uint8Array(pattern.length + 1);
  now[0] = 1;
  reach(now, pattern, name, 0);
  for (let i = 0; i < name.length; i++) {
    next.fill(0);
    for (let s = 0; s < pattern.length; s++) {
      if (now[s] === 1) step(next, s, pattern[s]!, name[i]!, i !== lastDot);
    }
    reach(next, pattern, name, i + 1);
    [now, next] = [next, now];
  }
  return now[pattern.length] === 1;
}

/**
 * Adds the positions that one character of the name leads to from position `s`. `<` takes any
 * character except the last dot.
 */
function step(next: Uint8Array, s: number, p: string, c: string, isNotLastDot: boolean): void {
  if (p === '*' || (p === '<' && (c !== '.' || isNotLastDot))) next[s] = 1;
  else if (p === '?' || p === c || (p === '"' && c === '.') || (p === '>' && c !== '.')) next[s + 1] = 1;
}

/**
 * Adds the positions that are reached without taking a character of the name. That is always the
 * next position, so one pass finds all.
 */
function reach(states: Uint8Array, pattern: string, name: string, at: number): void {
  const isEnd = at === name.length;
  const isEndOrDot = isEnd || name[at] === '.';
  for (let s = 0; s < pattern.length; s++) {
    if (states[s] === 0) continue;
    const p = pattern[s];
    if (p === '*' || p === '<' || (p === '>' && isEndOrDot) || (p === '"' && isEnd)) states[s + 1] = 1;
  }
}
