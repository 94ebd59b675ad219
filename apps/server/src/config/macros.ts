import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** The values of macros (`%` and a letter) that are known when the configuration is read. */
export interface Macros {
  /** %L, %N: the name that clients know the server by. */
  readonly netbiosName: string;
  /** %S, in a share. */
  readonly share?: string | undefined;
}

/**
 * A value after macros are replaced. It keeps macros that mean nothing here, and `left` lists them.
 */
export interface Expanded {
  readonly text: string;
  /** Macros that stay as they are written, such as `%m`. */
  readonly left: readonly string[];
}

/**
 * A value in which the macros are replaced that are known when it is read: %h (the host), %L and %N
 * (the server's name), %v (the version), %d (the process), %S (the share), %$(NAME) (the
 * environment).
 */
export function expanded(value: string, macros: Macros): Expanded {
  const left: string[] = [];
  const text = value.replaceAll(/%(?:\$\((\w+)\)|([A-Za-z$%]))/g, (all, variable?: string, letter?: string) => {
    const found = variable === undefined ? known(letter!, macros) : process.env[variable];
    if (found === undefined && all !== '%%') left.push(all);
    return found ?? all;
  });
  return { text, left };
}

function known(letter: string, { netbiosName, share }: Macros): string | undefined {
  switch (letter) {
    case 'h':
      return hostname();
    case 'L':
    case 'N':
      return netbiosName;
    case 'v':
      return version();
    case 'd':
      return String(process.pid);
    case 'S':
      return share;
    default:
      return undefined;
  }
}

let read: string | undefined;

function version(): string {
  read ??= (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version;
  return read;
}
