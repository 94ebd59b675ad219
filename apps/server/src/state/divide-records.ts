import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { connectTo, makeFile } from './database.ts';
import { PersistentOpenTable } from './persistent-open-table.ts';
import { persistentFileOf } from './state.ts';

/**
 * Gives each worker the records of the persistent opens that it will restore. The daemon that wrote
 * them may have had another number of workers. Called by the daemon that has the state, before its
 * workers start.
 */
export function divideRecords(directory: string, count: number): void {
  for (const from of workersIn(directory)) {
    const source = tableOf(directory, from);
    for (const { id, text, locks } of source.table.all()) {
      const to = workerOfRecord(id, count);
      if (to === from) continue;
      const target = tableOf(directory, to);
      // If the process ends between the two, the record is moved again by the next daemon.
      target.table.save(id, text, locks);
      target.close();
      source.table.delete(id);
    }
    source.close();
  }
}

/** The worker that restores a record, by its id: FileId.Persistent, 16 hexadecimal digits. */
function workerOfRecord(id: string, count: number): number {
  return Number((BigInt(`0x${id}`) >> 32n) & 15n) % count;
}

/** The workers that have a database in the directory. */
function workersIn(directory: string): number[] {
  const numbers = readdirSync(directory).flatMap((name) => {
    const match = /^persistent-(\d+)\.db$/.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
  return [0, ...numbers];
}

function tableOf(directory: string, worker: number): { readonly table: PersistentOpenTable; close(): void } {
  const file = persistentFileOf(directory, worker);
  if (!existsSync(file)) makeFile(join(file));
  const db = connectTo(file);
  return { table: new PersistentOpenTable(db), close: () => db.close() };
}
