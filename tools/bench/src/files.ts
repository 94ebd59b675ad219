import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What is in the shared folder when a measurement begins. */

const MiB = 1 << 20;

/** The file that all clients read. */
export const BIG_FILE = 'big';
export const BIG_SIZE = 256 * MiB;

/** The file that a client writes. Each client has its own. */
export function ownFileOf(client: number): string {
  return `own-${client}`;
}
export const OWN_SIZE = 64 * MiB;

/** The folder of small files that are opened and listed. */
export const MANY = 'many';
export const MANY_COUNT = 10_000;

/** A folder of long names, for neighbours that are a burden to the server. */
export const CROWDED = 'crowded';
export const CROWDED_COUNT = 100_000;

/** Where clients make folders for the files that they create. */
export const NEW = 'new';

export interface Wanted {
  /** How many clients write. */
  readonly writers: number;
  /** The folder of 100,000 names is needed. */
  readonly crowded?: boolean;
}

/** Makes the folder, with everything that the cases read, write, open and list. */
export function prepare(folder: string, { writers, crowded = false }: Wanted): void {
  mkdirSync(join(folder, MANY), { recursive: true });
  mkdirSync(join(folder, NEW));
  for (let i = 0; i < MANY_COUNT; i++) writeFileSync(join(folder, MANY, manyFile(i)), 'x');
  fill(join(folder, BIG_FILE), BIG_SIZE);
  for (let client = 0; client < writers; client++) fill(join(folder, ownFileOf(client)), OWN_SIZE);
  if (!crowded) return;
  mkdirSync(join(folder, CROWDED));
  for (let i = 0; i < CROWDED_COUNT; i++) closeSync(openSync(join(folder, CROWDED, crowdedFile(i)), 'w'));
}

export function manyFile(i: number): string {
  return `file-${i}`;
}

/** Many `a`, and no `b`: a matcher that tries every place for each `*` takes longest. */
function crowdedFile(i: number): string {
  return `${String(i).padStart(6, '0')}${'a'.repeat(40)}`;
}

function fill(path: string, size: number): void {
  const block = Buffer.alloc(4 * MiB, 1);
  const file = openSync(path, 'w');
  for (let at = 0; at < size; at += block.length) writeSync(file, block);
  closeSync(file);
}
