import { foldName } from '@tsmbd/vfs-adapter';

/**
 * Does `name` match `pattern`? `*` and `?` as everybody knows them, and the DOS ones of old
 * clients: `<` any run up to the last dot, `>` one character or none before a dot or the end, `"` a
 * dot or the end. Letter case is ignored. Matching takes at most as many steps as the pattern has
 * characters for each character of the name. [MS-FSA] 2.1.4.4
 */
export function compilePattern(pattern: string): (name: string) => boolean {
  if (pattern === '*' || pattern === '' || pattern === '*.*') return () => true;
  const folded = withoutRuns(foldName(pattern));
  if (isPlainName(folded)) return (name) => name.length === folded.length && foldName(name) === folded;
  const least = shortestMatch(folded);
  const matches = /[<>"]/.test(folded) ? matchesDos : matchesStars;
  return (name) => name.length >= least && matches(folded, foldName(name));
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

/**
 * A run of `*` and `<` is one `*`, or one `<` where it has no `*`: what the others take, that one
 * takes.
 */
function withoutRuns(pattern: string): string {
  return pattern.replaceAll(/[*<]{2,}/g, (run) => (run.includes('*') ? '*' : '<'));
}

/** Characters of the shortest name that can match: those of the pattern that take exactly one. */
function shortestMatch(pattern: string): number {
  return pattern.replaceAll(/[*<>"]/g, '').length;
}

/**
 * `*` and `?` alone: each `*` takes as little as it can, and a little more when what follows it
 * does not match.
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

/** All positions of the pattern that the name so far can have led to. */
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
 * Where one character of the name leads from a position. `<` takes anything, but of the dots all
 * save the last.
 */
function step(next: Uint8Array, s: number, p: string, c: string, isNotLastDot: boolean): void {
  if (p === '*' || (p === '<' && (c !== '.' || isNotLastDot))) next[s] = 1;
  else if (p === '?' || p === c || (p === '"' && c === '.') || (p === '>' && c !== '.')) next[s + 1] = 1;
}

/**
 * Adds what is reached without taking a character of the name: always the position behind, so one
 * pass finds all.
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
