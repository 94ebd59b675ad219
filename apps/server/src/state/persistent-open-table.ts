import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { PersistentStore } from '@tsmbd/smb2-server';

/** Persistent opens in the state's database. A write has reached the system, and so outlives this process, when it returns. */
export class PersistentOpenTable implements PersistentStore {
  readonly #save: StatementSync;
  readonly #delete: StatementSync;
  readonly #all: StatementSync;

  /** @param db has the table `persistent_opens` */
  constructor(db: DatabaseSync) {
    this.#save = db.prepare('INSERT OR REPLACE INTO persistent_opens (id, record) VALUES (?, ?)');
    this.#delete = db.prepare('DELETE FROM persistent_opens WHERE id = ?');
    this.#all = db.prepare('SELECT id, record FROM persistent_opens ORDER BY id');
  }

  save(id: string, text: string): void {
    this.#save.run(id, text);
  }

  delete(id: string): void {
    this.#delete.run(id);
  }

  all(): { id: string; text: string }[] {
    return this.#all.all().map((row) => ({ id: String(row['id']), text: String(row['record']) }));
  }
}
