import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where accounts and identity live when nobody says: /var/lib/tsmbd for root, the user's state folder otherwise. */
export function defaultStateDirectory(): string {
  if (process.getuid?.() === 0) return '/var/lib/tsmbd';
  return join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'tsmbd');
}

/** Makes the directory, readable by its owner alone. */
export function makeStateDirectory(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return directory;
}

/** The control socket of the daemon that uses this state. */
export function controlSocketOf(directory: string): string {
  return join(directory, 'control.sock');
}
