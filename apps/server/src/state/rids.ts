import type { DatabaseSync } from 'node:sqlite';
import { FIRST_RID } from '../accounts.ts';

/** The setting that holds the next RID. */
const NEXT_RID = 'next rid';

/**
 * A RID that no account and no group has had: it is not below the counter, and not below the RIDs
 * of a version without a counter. Files remember their owners by RID, so none is given twice.
 */
export function nextRid(db: DatabaseSync): number {
  const kept = db.prepare('SELECT value FROM settings WHERE name = ?').get(NEXT_RID);
  const highest = db.prepare('SELECT max(rid) AS rid FROM accounts').get()!;
  return Math.max(FIRST_RID, Number(kept?.['value'] ?? 0), Number(highest['rid'] ?? 0) + 1);
}

export function setNextRid(db: DatabaseSync, rid: number): void {
  db.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)').run(NEXT_RID, String(rid));
}
