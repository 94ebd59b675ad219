import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isLocked, makeFile } from './database.ts';

/** The directory is in use by another daemon. */
export class StateInUse extends Error {
  /** @param pid of the other daemon, if it is known */
  constructor(directory: string, pid: number | undefined) {
    const who = pid === undefined ? 'another tsmbd' : `the tsmbd with pid ${pid}`;
    super(`the state directory ${directory} is in use by ${who}: end that first, or use another with --state`);
    this.name = 'StateInUse';
  }
}

/**
 * Takes a state directory for one daemon, until the returned value is disposed of or the process
 * ends, however it ends. Two daemons would take each other's control socket, and each would drop
 * the persistent opens that the other has granted.
 *
 * The lock is SQLite's write lock on a file, which is a lock of fcntl(2). The system drops it with
 * the process, so a process that was killed leaves none. It also holds between containers that
 * share the directory. The file stays empty. Other commands, such as `tsmbd user`, do not check the
 * lock.
 *
 * Throws StateInUse at once if another daemon has the directory, and Error if the file cannot be
 * used.
 *
 * @param pid of the daemon that has the directory, if it is known; called when the directory is in
 *   use
 */
export function takeStateDirectory(directory: string, pid: () => number | undefined): Disposable {
  const file = join(directory, 'daemon.lock');
  // The file is made only once: closing any descriptor of it would drop a lock that this process
  // may have on it.
  if (!existsSync(file)) makeFile(file);
  const db = new DatabaseSync(file);
  try {
    // Nothing is written, so nothing has to be rolled back, and no journal is left behind.
    db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
  } catch (error) {
    db.close();
    if (isLocked(error)) throw new StateInUse(directory, pid());
    throw new Error(`the state's lock ${file} cannot be used: ${(error as Error).message}`, { cause: error });
  }
  return { [Symbol.dispose]: () => db.close() };
}
