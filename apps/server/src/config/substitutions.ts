/** Letters behind a percent sign that stand for something in a path, as smbd has them. */
export const SUBSTITUTIONS = 'UuDSImMit%';

/** The values of substitutions at one tree connect. */
export interface Substituted {
  /** %U and %u. */
  readonly user: string;
  /** %D */
  readonly domain: string;
  /** %S */
  readonly share: string;
  /** %I, and %m and %M: clients are known by their addresses alone. */
  readonly address: string;
  /** %i: the server's address that the client connected to. */
  readonly localAddress: string;
  /** %t: local time, YYYYmmdd_HHMMSS. */
  readonly at: Date;
}

/**
 * What follows the percent signs of a path, in order: a letter, `$`, or a percent sign. A percent
 * sign before anything else stands for itself.
 */
export function substitutionsIn(path: string): string[] {
  return [...path.matchAll(PERCENT)].map(([, letter]) => letter!);
}

/** Whether the path depends on the tree connect. */
export function isPerConnect(path: string): boolean {
  return substitutionsIn(path).some((letter) => letter !== 'S' && letter !== '%');
}

/**
 * The path with its substitutions replaced. Undefined if a value cannot be part of the name of a
 * folder: it is empty, `.`, `..`, or has a slash or a NUL.
 */
export function substituted(path: string, values: Partial<Substituted>): string | undefined {
  let good = true;
  const result = path.replaceAll(PERCENT, (all, letter: string) => {
    if (letter === '%') return letter;
    const value = valueFor(letter, values);
    // Nothing else is refused: on Linux a name may have every other byte.
    good &&= value !== undefined && value !== '' && value !== '.' && value !== '..' && !/[/\0]/.test(value);
    return value ?? all;
  });
  return good ? result : undefined;
}

const PERCENT = /%([A-Za-z$%])/g;

function valueFor(
  letter: string,
  { user, domain, share, address, localAddress, at }: Partial<Substituted>,
): string | undefined {
  switch (letter) {
    case 'U':
    case 'u':
      return user;
    case 'D':
      return domain;
    case 'S':
      return share;
    case 'I':
    case 'm':
    case 'M':
      return address;
    case 'i':
      return localAddress;
    case 't':
      return at && timeText(at);
    default:
      return undefined;
  }
}

function timeText(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `${day}_${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
}
