import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isLocked, makeFile } from './database.ts';

/** The directory is in use by another daemon. */
export class StateInUse extends Error {
  /** @param pid of the other daemon, where it has said so */
  constructor(directory: string, pid: number | undefined) {
    const who = pid === undefined ? 'another tsmbd' : `the tsmbd with pid ${pid}`;
    super(`the state directory ${directory} is in use by ${who}: end that first, or use another with --state`);
    this.name = 'StateInUse';
  }
}

/**
 * Takes a state directory for one daemon, until what is returned is disposed of or the process
 * ends, however it ends. Two daemons would take each other's control socket, and each would drop
 * the persistent opens that the other has given out.
 *
 * It is the lock that SQLite has on a file for whoever writes it, a lock of fcntl(2): the system
 * drops it with the process, so that none is left by a process that was killed, and it holds
 * between containers that share the directory. The file stays empty. Other commands, such as `tsmbd
 * user`, do not look at it.
 *
 * Throws StateInUse at once where another daemon has the directory, Error where the file cannot be
 * used.
 *
 * @param pid of the daemon that has the directory, as far as known; asked when it is in use
 */
export function takeStateDirectory(directory: string, pid: () => number | undefined): Disposable {
  const file = join(directory, 'daemon.lock');
  // Only once: closing any descriptor of the file would drop the lock that this very process may
  // have on it.
  if (!existsSync(file)) makeFile(file);
  const db = new DatabaseSync(file);
  try {
    // Nothing is written, so nothing has to be taken back: no journal is left behind.
    db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
  } catch (error) {
    db.close();
    if (isLocked(error)) throw new StateInUse(directory, pid());
    throw new Error(`the state's lock ${file} cannot be used: ${(error as Error).message}`, { cause: error });
  }
  return { [Symbol.dispose]: () => db.close() };
}
