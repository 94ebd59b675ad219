import type { DatabaseSync } from 'node:sqlite';

/**
 * Writes all that `run` writes, or nothing, also if the process ends meanwhile. No other process
 * writes at the same time.
 */
export function atOnce<T>(db: DatabaseSync, run: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has rolled back some failed transactions itself, for example when the disk is full.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
