import { closeSync, constants, fchmodSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/**
 * Makes the file with the right mode before SQLite writes the first byte. It follows no link,
 * because it would change the mode of the link's target.
 */
export function makeFile(file: string): void {
  const fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    fchmodSync(fd, 0o600);
  } finally {
    closeSync(fd);
  }
}

/** Opens a database that several processes use at once. Throws an Error that names the file. */
export function connectTo(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    // The timeout comes first: another process may be changing the journal mode just now.
    db.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL');
  } catch (error) {
    db.close();
    throw new Error(`the state ${file} cannot be used: ${(error as Error).message}`, { cause: error });
  }
  return db;
}

/**
 * SQLite says that somebody else has locked the file: SQLITE_BUSY, with or without an extended
 * code.
 */
export function isLocked(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && ((error.errcode as number) & 0xff) === SQLITE_BUSY;
}

const SQLITE_BUSY = 5;
