import { existsSync, readdirSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { workerOfPersistent } from '@tsmbd/smb2-server';
import { connectTo, makeFile } from './database.ts';
import { PersistentOpenTable } from './persistent-open-table.ts';
import { persistentFileOf } from './state.ts';

/** A worker by its number; undefined is an engine that serves alone. */
type Owner = number | undefined;

interface Opened {
  readonly db: DatabaseSync;
  readonly table: PersistentOpenTable;
}

/**
 * Gives each worker the records of the persistent opens that it will restore. The daemon that wrote
 * them may have had another number of workers. Called by the daemon that has the state, before its
 * workers start.
 */
export function divideRecords(directory: string, count: number): void {
  const opened = new Map<Owner, Opened>();
  const tableOf = (worker: Owner): PersistentOpenTable => {
    const { db, table } = opened.get(worker) ?? open(directory, worker);
    opened.set(worker, { db, table });
    return table;
  };
  try {
    for (const from of workersIn(directory)) {
      const source = tableOf(from);
      for (const { id, text, locks } of source.all()) {
        // The id is FileId.Persistent, 16 hexadecimal digits.
        const to = count === 1 ? undefined : workerOfPersistent(BigInt(`0x${id}`), count);
        if (to === from) continue;
        // If the process ends between the two, the record is moved again by the next daemon.
        tableOf(to).save(id, text, locks);
        source.delete(id);
      }
    }
  } finally {
    for (const { db } of opened.values()) db.close();
  }
}

/** Who has a database in the directory. */
function workersIn(directory: string): Owner[] {
  const numbers = readdirSync(directory).flatMap((name) => {
    const match = /^persistent-(\d+)\.db$/.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
  return [undefined, ...numbers];
}

function open(directory: string, worker: Owner): Opened {
  const file = persistentFileOf(directory, worker);
  if (!existsSync(file)) makeFile(file);
  const db = connectTo(file);
  return { db, table: new PersistentOpenTable(db) };
}
