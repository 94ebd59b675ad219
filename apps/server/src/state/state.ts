import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Account, AccountSource } from '@tsmbd/smb2-server';
import { foldName } from '@tsmbd/vfs-adapter';
import { groupsOf, newMachineSid } from '../accounts.ts';
import type { AccountDirectory } from '../rpc-back-end.ts';
import { AccountTable } from './account-table.ts';
import { connectTo, makeFile } from './database.ts';
import { GroupTable } from './group-table.ts';
import { PersistentOpenTable } from './persistent-open-table.ts';
import { makeStateDirectory } from './state-directory.ts';
import { takeStateDirectory } from './state-lock.ts';

/**
 * What the daemon stores: accounts, its GUID and SID, persistent opens. It is one SQLite file,
 * readable only by its owner.
 */
export class State implements AccountSource, AccountDirectory, Disposable {
  readonly serverGuid: string;
  readonly machineSid: string;
  readonly domain: string;
  readonly persistentOpens: PersistentOpenTable;
  /** The table of accounts, which can be changed. */
  readonly table: AccountTable;
  /** The groups of this machine, and who is in them. */
  readonly groups: GroupTable;
  readonly #db: DatabaseSync;
  readonly #unsynced: DatabaseSync;
  /** Where the state is. */
  readonly directory: string;

  /**
   * @param directory made when missing
   * @param domain what accounts of this machine say their domain is
   * @param worker which worker thread of the daemon this is. Each has a file of its own for its
   *   persistent opens, so that none finds it locked by another, or by whoever changes accounts.
   *   Undefined: no worker thread
   */
  constructor(directory: string, domain: string, worker?: number) {
    makeStateDirectory(directory);
    this.directory = directory;
    const file = join(directory, 'state.db');
    makeFile(file);
    this.#db = connectTo(file);
    this.#db.exec(`
      CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    `);
    this.groups = new GroupTable(this.#db);
    this.table = new AccountTable(this.#db);
    // This is written with every lock and lease. A write must outlive the process. It need not
    // outlive a crash of the machine, which also loses the data that clients have not flushed.
    // Waiting for the disk each time would be some forty times slower, and all clients would wait.
    const persistent = persistentFileOf(directory, worker);
    if (worker !== undefined) makeFile(persistent);
    this.#unsynced = connectTo(persistent);
    this.#unsynced.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 10000');
    this.persistentOpens = new PersistentOpenTable(this.#unsynced);
    this.serverGuid = this.#setting('server guid', randomUUID);
    this.machineSid = this.#setting('machine sid', newMachineSid);
    this.domain = domain;
  }

  /**
   * Takes the state for one daemon, until the returned value is disposed of or the process ends.
   * Throws StateInUse if another daemon has it. Accounts can be read and changed without this.
   */
  takeForDaemon(): Disposable {
    const lock = takeStateDirectory(this.directory, () => this.#daemonPid());
    try {
      this.#db
        .prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)')
        .run(DAEMON_PID, String(process.pid));
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
    return lock;
  }

  #daemonPid(): number | undefined {
    const row = this.#db.prepare('SELECT value FROM settings WHERE name = ?').get(DAEMON_PID);
    return row && Number(row['value']);
  }

  /**
   * From now on, nothing here waits for another process that has locked the file; it throws at
   * once. A process that serves needs this, because all its clients would wait.
   */
  stopWaiting(): void {
    for (const db of [this.#db, this.#unsynced]) db.exec('PRAGMA busy_timeout = 0');
  }

  /** It differs after another process has changed the state. */
  get dataVersion(): number {
    return Number(this.#db.prepare('PRAGMA data_version').get()!['data_version']);
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

  /** The security descriptor of a share as SDDL; undefined if it has none. */
  shareDescriptor(share: string): string | undefined {
    const row = this.#db.prepare('SELECT value FROM settings WHERE name = ?').get(descriptorKey(share));
    return row && String(row['value']);
  }

  /** Sets it, or removes it. */
  setShareDescriptor(share: string, sddl: string | undefined): void {
    if (sddl === undefined) this.#db.prepare('DELETE FROM settings WHERE name = ?').run(descriptorKey(share));
    else {
      this.#db.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)').run(descriptorKey(share), sddl);
    }
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

/** The database of a worker's persistent opens; undefined: of an engine that serves alone. */
export function persistentFileOf(directory: string, worker: number | undefined): string {
  return join(directory, worker === undefined ? 'state.db' : `persistent-${worker}.db`);
}

/** The setting that holds a share's security descriptor. Letter case makes no other share. */
function descriptorKey(share: string): string {
  return `share descriptor ${foldName(share)}`;
}

/** The setting that says which process took the state last. */
const DAEMON_PID = 'daemon pid';
