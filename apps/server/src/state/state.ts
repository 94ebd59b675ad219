import { randomUUID } from 'node:crypto';
import { closeSync, constants, fchmodSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Account, AccountSource } from '@tsmbd/smb2-server';
import { groupsOf, newMachineSid } from '../accounts.ts';
import type { AccountDirectory } from '../rpc-back-end.ts';
import { AccountTable } from './account-table.ts';
import { PersistentOpenTable } from './persistent-open-table.ts';
import { makeStateDirectory } from './state-directory.ts';

/** What the daemon remembers: accounts, its GUID and SID. One SQLite file, readable by its owner alone. */
export class State implements AccountSource, AccountDirectory, Disposable {
  readonly serverGuid: string;
  readonly machineSid: string;
  readonly domain: string;
  readonly persistentOpens: PersistentOpenTable;
  /** The accounts, to be changed. */
  readonly table: AccountTable;
  readonly #db: DatabaseSync;
  readonly #unsynced: DatabaseSync;

  /**
   * @param directory made when missing
   * @param domain what accounts of this machine say their domain is
   */
  constructor(directory: string, domain: string) {
    makeStateDirectory(directory);
    const file = join(directory, 'state.db');
    makeFile(file);
    this.#db = connectTo(file);
    this.#db.exec(`
      CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    `);
    this.table = new AccountTable(this.#db);
    // Written with every lock and lease: a write must outlive the process, not the machine, whose end takes what clients
    // have not flushed as well. Waiting for the disk each time would be some forty times slower, and everybody would wait.
    this.#unsynced = connectTo(file);
    this.#unsynced.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 10000');
    this.persistentOpens = new PersistentOpenTable(this.#unsynced);
    this.serverGuid = this.#setting('server guid', randomUUID);
    this.machineSid = this.#setting('machine sid', newMachineSid);
    this.domain = domain;
  }

  /**
   * From now on nothing here waits for another process that has locked the file: it throws at once. For a process that
   * serves, where everybody would wait.
   */
  stopWaiting(): void {
    for (const db of [this.#db, this.#unsynced]) db.exec('PRAGMA busy_timeout = 0');
  }

  accounts(): { name: string; sid: string }[] {
    return this.table.all().map(({ name, rid }) => ({ name, sid: `${this.machineSid}-${rid}` }));
  }

  find(user: string): Account | undefined {
    const row = this.table.find(user);
    if (row === undefined) return undefined;
    const { name, rid, ntHash, disabled } = row;
    return {
      name,
      domain: this.domain,
      sid: `${this.machineSid}-${rid}`,
      groups: groupsOf(this.machineSid),
      ntHash,
      disabled,
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

/** Made with the right mode before SQLite writes the first byte. A link would have its target's mode changed. */
function makeFile(file: string): void {
  const fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    fchmodSync(fd, 0o600);
  } finally {
    closeSync(fd);
  }
}

function connectTo(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    // The patience first: another process may be changing the journal mode just now.
    db.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL');
  } catch (error) {
    db.close();
    throw new Error(`the state ${file} cannot be used: ${(error as Error).message}`, { cause: error });
  }
  return db;
}
