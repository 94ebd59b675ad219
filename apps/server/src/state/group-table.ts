import type { DatabaseSync } from 'node:sqlite';
import { accountKey } from '@tsmbd/ms-dtyp';
import { nextRid, setNextRid } from './rids.ts';
import { atOnce } from './transaction.ts';

/** A group of this machine, as the database has it. */
export interface GroupRow {
  readonly rid: number;
  readonly name: string;
  /** The group of the system that it is, by name or number; undefined: the one of its name. */
  readonly unixGroup: string | undefined;
}

/** The most members that one command adds, and the most groups. */
const MAX_GROUPS = 10_000;

/**
 * The groups of the state's database, and who is in them. They share the names and RIDs of
 * accounts: a name stands for one account or one group. [MS-SAMR] 3.1.1.6
 */
export class GroupTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS groups (
        rid INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, unix_group TEXT
      ) STRICT;
      CREATE TABLE IF NOT EXISTS group_members (
        group_rid INTEGER NOT NULL, account_rid INTEGER NOT NULL, PRIMARY KEY (group_rid, account_rid)
      ) STRICT;
    `);
  }

  /** Adds a group; false if there is one, or an account, of that name. */
  add(name: string, unixGroup: string | undefined): boolean {
    return atOnce(this.#db, () => {
      const taken = this.#db.prepare('SELECT 1 FROM accounts WHERE key = ?').get(accountKey(name));
      if (taken !== undefined || this.find(name) !== undefined) return false;
      if (this.all().length >= MAX_GROUPS) throw new Error(`there are ${MAX_GROUPS} groups`);
      const rid = nextRid(this.#db);
      setNextRid(this.#db, rid + 1);
      this.#db
        .prepare('INSERT INTO groups (rid, name, key, unix_group) VALUES (?, ?, ?, ?)')
        .run(rid, name, accountKey(name), unixGroup ?? null);
      return true;
    });
  }

  /** False when there was none of that name. */
  remove(name: string): boolean {
    return atOnce(this.#db, () => {
      const group = this.find(name);
      if (group === undefined) return false;
      this.#db.prepare('DELETE FROM group_members WHERE group_rid = ?').run(group.rid);
      this.#db.prepare('DELETE FROM groups WHERE rid = ?').run(group.rid);
      return true;
    });
  }

  find(name: string): GroupRow | undefined {
    const row = this.#db.prepare('SELECT * FROM groups WHERE key = ?').get(accountKey(name));
    return row && rowOf(row);
  }

  all(): GroupRow[] {
    return this.#db.prepare('SELECT * FROM groups ORDER BY name').all().map(rowOf);
  }

  /** Puts an account into a group, or takes it out. */
  setMember(group: number, account: number, isMember: boolean): void {
    const sql = isMember
      ? 'INSERT OR IGNORE INTO group_members (group_rid, account_rid) VALUES (?, ?)'
      : 'DELETE FROM group_members WHERE group_rid = ? AND account_rid = ?';
    this.#db.prepare(sql).run(group, account);
  }

  /** The names of the accounts in a group. */
  members(group: number): string[] {
    const sql = 'SELECT name FROM accounts JOIN group_members ON account_rid = rid WHERE group_rid = ? ORDER BY name';
    return this.#db
      .prepare(sql)
      .all(group)
      .map((row) => String(row['name']));
  }

  /** The groups that an account is in. */
  of(account: number): GroupRow[] {
    const sql = 'SELECT groups.* FROM groups JOIN group_members ON group_rid = rid WHERE account_rid = ? ORDER BY rid';
    return this.#db.prepare(sql).all(account).map(rowOf);
  }
}

function rowOf(row: Record<string, unknown>): GroupRow {
  return { rid: Number(row['rid']), name: String(row['name']), unixGroup: textOf(row['unix_group']) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
