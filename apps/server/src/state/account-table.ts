import type { DatabaseSync } from 'node:sqlite';
import { accountKey } from '@tsmbd/ms-dtyp';
import { nextRid, setNextRid } from './rids.ts';
import { atOnce } from './transaction.ts';

/** An account as the database has it. */
export interface AccountRow {
  readonly rid: number;
  readonly name: string;
  /** 16 bytes. */
  readonly ntHash: Uint8Array;
  readonly disabled: boolean;
  /**
   * The user of the system that the account is, by name or number; undefined: the one of its name.
   */
  readonly unixUser: string | undefined;
  /** The primary group, by name or number; undefined: that of the user. */
  readonly unixGroup: string | undefined;
  /** Further groups of the system. */
  readonly unixGroups: readonly string[];
}

/** The user of the system that an account is. */
export type AccountUnix = Pick<AccountRow, 'unixUser' | 'unixGroup' | 'unixGroups'>;

/** Changes of an account. What is left out stays as it is; a new account is enabled. */
export interface AccountChange {
  readonly name: string;
  readonly ntHash: Uint8Array;
  readonly disabled?: boolean;
}

/**
 * The accounts of the state's database. A RID is given only once: the counter in `settings` only
 * rises, also when accounts are removed, because files remember their owners by RID. Every change
 * is one immediate transaction, so two processes can neither give the same RID twice nor both add
 * the same name.
 *
 * Two names belong to the same account if their `accountKey` is equal. Earlier versions folded only
 * the letters A to Z. So a state may have several accounts whose names are the same now. The oldest
 * of them has the key; the others are found by the old comparison until they are removed.
 */
export class AccountTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS accounts (
        rid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, nt_hash BLOB NOT NULL
      ) STRICT;
    `);
    this.#change(() => {
      const columns = new Set(
        db
          .prepare('PRAGMA table_info(accounts)')
          .all()
          .map((row) => String(row['name'])),
      );
      if (!columns.has('key')) db.exec('ALTER TABLE accounts ADD COLUMN key TEXT');
      if (!columns.has('disabled')) db.exec('ALTER TABLE accounts ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0');
      for (const column of ['unix_user', 'unix_group', 'unix_groups']) {
        if (!columns.has(column)) db.exec(`ALTER TABLE accounts ADD COLUMN ${column} TEXT`);
      }
      db.exec('CREATE UNIQUE INDEX IF NOT EXISTS account_keys ON accounts (key)');
      this.#giveKeys();
    });
  }

  /** Adds an account; false when there is one of that name. */
  add(account: AccountChange): boolean {
    return this.#change(() => {
      if (this.find(account.name) !== undefined) return false;
      this.#insert(account);
      return true;
    });
  }

  /** Adds an account, or gives it another hash; true when it is new. */
  set(account: AccountChange): boolean {
    return this.#change(() => this.#set(account));
  }

  /** Adds or changes all of them, or none. */
  setAll(accounts: readonly AccountChange[]): void {
    this.#change(() => {
      for (const account of accounts) this.#set(account);
    });
  }

  /** False when there is no account of that name. */
  setPassword(name: string, ntHash: Uint8Array): boolean {
    return this.#changeOne(name, 'UPDATE accounts SET nt_hash = ? WHERE rid = ?', ntHash);
  }

  /** False when there is no account of that name. */
  setDisabled(name: string, disabled: boolean): boolean {
    return this.#changeOne(name, 'UPDATE accounts SET disabled = ? WHERE rid = ?', Number(disabled));
  }

  /** Says which user of the system the account is. False when there is no account of that name. */
  setUnix(name: string, { unixUser, unixGroup, unixGroups }: AccountUnix): boolean {
    return this.#change(() => {
      const account = this.find(name);
      if (account === undefined) return false;
      const groups = unixGroups.length === 0 ? null : JSON.stringify(unixGroups);
      this.#db
        .prepare('UPDATE accounts SET unix_user = ?, unix_group = ?, unix_groups = ? WHERE rid = ?')
        .run(unixUser ?? null, unixGroup ?? null, groups, account.rid);
      return true;
    });
  }

  /** False when there was none of that name. */
  remove(name: string): boolean {
    return this.#change(() => {
      const account = this.find(name);
      if (account === undefined) return false;
      this.#db.prepare('DELETE FROM accounts WHERE rid = ?').run(account.rid);
      this.#db.prepare('DELETE FROM group_members WHERE account_rid = ?').run(account.rid);
      this.#giveKeys();
      return true;
    });
  }

  find(name: string): AccountRow | undefined {
    // First by the letters A to Z alone: accounts without a key of their own are found in this way.
    const row = this.#db
      .prepare('SELECT * FROM accounts WHERE name = ?1 OR key = ?2 ORDER BY name = ?1 DESC LIMIT 1')
      .get(name, accountKey(name));
    return row && rowOf(row);
  }

  all(): AccountRow[] {
    return this.#db.prepare('SELECT * FROM accounts ORDER BY name').all().map(rowOf);
  }

  #set({ name, ntHash, disabled }: AccountChange): boolean {
    const account = this.find(name);
    if (account === undefined) {
      this.#insert({ name, ntHash, disabled: disabled ?? false });
      return true;
    }
    this.#db
      .prepare('UPDATE accounts SET nt_hash = ?, disabled = ? WHERE rid = ?')
      .run(ntHash, Number(disabled ?? account.disabled), account.rid);
    return false;
  }

  #insert({ name, ntHash, disabled }: AccountChange): void {
    const rid = nextRid(this.#db);
    setNextRid(this.#db, rid + 1);
    this.#db
      .prepare('INSERT INTO accounts (rid, name, nt_hash, key, disabled) VALUES (?, ?, ?, ?, ?)')
      .run(rid, name, ntHash, accountKey(name), Number(disabled ?? false));
  }

  /**
   * Gives keys to accounts of versions without keys, the oldest first. An account whose key is
   * taken gets none.
   */
  #giveKeys(): void {
    const give = this.#db.prepare('UPDATE OR IGNORE accounts SET key = ? WHERE rid = ?');
    const rows = this.#db.prepare('SELECT rid, name FROM accounts WHERE key IS NULL ORDER BY rid').all();
    for (const { rid, name } of rows) give.run(accountKey(String(name)), Number(rid));
  }

  #changeOne(name: string, sql: string, value: Uint8Array | number): boolean {
    return this.#change(() => {
      const account = this.find(name);
      return account !== undefined && this.#db.prepare(sql).run(value, account.rid).changes > 0;
    });
  }

  /**
   * One transaction; no other process writes meanwhile. It stores the counter first, because a
   * removal may remove the highest RID.
   */
  #change<T>(run: () => T): T {
    return atOnce(this.#db, () => {
      setNextRid(this.#db, nextRid(this.#db));
      return run();
    });
  }
}

function rowOf(row: Record<string, unknown>): AccountRow {
  return {
    rid: Number(row['rid']),
    name: String(row['name']),
    ntHash: row['nt_hash'] as Uint8Array,
    disabled: Number(row['disabled']) !== 0,
    unixUser: textOf(row['unix_user']),
    unixGroup: textOf(row['unix_group']),
    unixGroups: JSON.parse(textOf(row['unix_groups']) ?? '[]') as string[],
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
