import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { KeptLocks, PersistentStore } from '@tsmbd/smb2-server';
import { atOnce } from './transaction.ts';

/**
 * Persistent opens in the state's database, and their locks in a table beside them: a lock costs
 * one row, however many locks there are. When a write returns, it has reached the system, and so
 * outlives this process.
 */
export class PersistentOpenTable implements PersistentStore {
  readonly #db: DatabaseSync;
  readonly #save: StatementSync;
  readonly #lock: StatementSync;
  readonly #unlock: StatementSync;
  readonly #delete: StatementSync;
  readonly #deleteLocks: StatementSync;
  readonly #all: StatementSync;
  readonly #locks: StatementSync;

  /** Makes its tables if they are missing. */
  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS persistent_opens (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS persistent_locks (
        id TEXT NOT NULL, range TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (id, range)
      ) STRICT, WITHOUT ROWID;
    `);
    this.#save = db.prepare('INSERT OR REPLACE INTO persistent_opens (id, record) VALUES (?, ?)');
    this.#lock = db.prepare('INSERT OR REPLACE INTO persistent_locks (id, range, count) VALUES (?, ?, ?)');
    this.#unlock = db.prepare('DELETE FROM persistent_locks WHERE id = ? AND range = ?');
    this.#delete = db.prepare('DELETE FROM persistent_opens WHERE id = ?');
    this.#deleteLocks = db.prepare('DELETE FROM persistent_locks WHERE id = ?');
    this.#all = db.prepare('SELECT id, record FROM persistent_opens ORDER BY id');
    this.#locks = db.prepare('SELECT range, count FROM persistent_locks WHERE id = ?');
  }

  save(id: string, text: string, locks: readonly KeptLocks[] = []): void {
    if (locks.length === 0) {
      this.#save.run(id, text);
      return;
    }
    atOnce(this.#db, () => {
      this.#save.run(id, text);
      for (const { range, count } of locks) {
        if (count > 0) this.#lock.run(id, range, count);
        else this.#unlock.run(id, range);
      }
    });
  }

  delete(id: string): void {
    atOnce(this.#db, () => {
      this.#delete.run(id);
      this.#deleteLocks.run(id);
    });
  }

  all(): { id: string; text: string; locks: KeptLocks[] }[] {
    return this.#all.all().map((row) => {
      const id = String(row['id']);
      const locks = this.#locks.all(id).map((lock) => ({ range: String(lock['range']), count: Number(lock['count']) }));
      return { id, text: String(row['record']), locks };
    });
  }
}
