import type { DatabaseSync } from 'node:sqlite';

/**
 * All of what `run` writes or nothing, also where the process ends; no other process writes beside
 * it.
 */
export function atOnce<T>(db: DatabaseSync, run: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has taken some failed transactions back itself, a full disk's for one.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
