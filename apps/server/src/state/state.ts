import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Account, AccountSource } from '@tsmbd/smb2-server';
import { FIRST_RID, groupsOf, newMachineSid } from '../accounts.ts';
import type { AccountDirectory } from '../rpc-back-end.ts';
import { PersistentOpenTable } from './persistent-open-table.ts';
import { makeStateDirectory } from './state-directory.ts';

/** What the daemon remembers: accounts, its GUID and SID. One SQLite file, readable by its owner alone. */
export class State implements AccountSource, AccountDirectory, Disposable {
  readonly serverGuid: string;
  readonly machineSid: string;
  readonly domain: string;
  readonly persistentOpens: PersistentOpenTable;
  readonly #db: DatabaseSync;
  readonly #unsynced: DatabaseSync;

  /**
   * @param directory made when missing
   * @param domain what accounts of this machine say their domain is
   */
  constructor(directory: string, domain: string) {
    makeStateDirectory(directory);
    const file = join(directory, 'state.db');
    // Made with the right mode before SQLite writes the first byte.
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    this.#db = connectTo(file);
    this.#db.exec(`
      CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS accounts (
        rid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, nt_hash BLOB NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS persistent_opens (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
    `);
    // Written with every lock and lease: a write must outlive the process, not the machine, whose end takes what clients
    // have not flushed as well. Waiting for the disk each time would be some forty times slower, and everybody would wait.
    this.#unsynced = connectTo(file);
    this.#unsynced.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 10000');
    this.persistentOpens = new PersistentOpenTable(this.#unsynced);
    this.serverGuid = this.#setting('server guid', randomUUID);
    this.machineSid = this.#setting('machine sid', newMachineSid);
    this.domain = domain;
  }

  /** Adds an account, or gives it another hash; true when it is new. */
  setAccount(name: string, ntHash: Uint8Array): boolean {
    const changed = this.#db.prepare('UPDATE accounts SET nt_hash = ? WHERE name = ?').run(ntHash, name);
    if (changed.changes > 0) return false;
    this.#db
      .prepare(
        'INSERT INTO accounts (rid, name, nt_hash) VALUES ((SELECT max(coalesce(max(rid), 0) + 1, ?) FROM accounts), ?, ?)',
      )
      .run(FIRST_RID, name, ntHash);
    return true;
  }

  /** False when there was none of that name. */
  removeAccount(name: string): boolean {
    return this.#db.prepare('DELETE FROM accounts WHERE name = ?').run(name).changes > 0;
  }

  accountNames(): string[] {
    return this.#db
      .prepare('SELECT name FROM accounts ORDER BY name')
      .all()
      .map((row) => String(row['name']));
  }

  accounts(): { name: string; sid: string }[] {
    return this.#db
      .prepare('SELECT rid, name FROM accounts')
      .all()
      .map((row) => ({ name: String(row['name']), sid: `${this.machineSid}-${Number(row['rid'])}` }));
  }

  find(user: string): Account | undefined {
    const row = this.#db.prepare('SELECT rid, name, nt_hash FROM accounts WHERE name = ?').get(user);
    if (row === undefined) return undefined;
    return {
      name: String(row['name']),
      domain: this.domain,
      sid: `${this.machineSid}-${Number(row['rid'])}`,
      groups: groupsOf(this.machineSid),
      ntHash: row['nt_hash'] as Uint8Array,
    };
  }

  [Symbol.dispose](): void {
    this.#unsynced.close();
    this.#db.close();
  }

  #setting(name: string, make: () => string): string {
    this.#db.prepare('INSERT OR IGNORE INTO settings (name, value) VALUES (?, ?)').run(name, make());
    return String(this.#db.prepare('SELECT value FROM settings WHERE name = ?').get(name)!['value']);
  }
}

function connectTo(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000');
  return db;
}
