import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where accounts and identity are stored without `--state`: /var/lib/tsmbd for root, and the user's
 * state folder for other users.
 */
export function defaultStateDirectory(): string {
  if (process.getuid?.() === 0) return '/var/lib/tsmbd';
  return join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'tsmbd');
}

/**
 * Makes the directory, readable only by its owner. If other users may read an existing directory,
 * its mode is changed and `say` is told. If other users may write to it, it is refused: a user who
 * can write accounts can log on.
 */
export function makeStateDirectory(directory: string, say: (line: string) => void = console.error): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { uid, mode } = statSync(directory);
  const me = process.getuid?.() ?? uid;
  if (uid !== me)
    throw new Error(`the state directory ${directory} is the user ${uid}'s, and this is ${me}: use another`);
  if ((mode & 0o022) !== 0) {
    throw new Error(`the state directory ${directory} can be written by others (mode ${octal(mode)}): use another`);
  }
  if ((mode & 0o077) !== 0) {
    chmodSync(directory, 0o700);
    say(`the state directory ${directory} had mode ${octal(mode)} and has 0700 now: it holds passwords' hashes`);
  }
  return directory;
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

/** The control socket of the daemon that uses this state. */
export function controlSocketOf(directory: string): string {
  return join(directory, 'control.sock');
}
