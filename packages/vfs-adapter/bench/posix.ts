/**
 * Operations a second of the POSIX back end: `node bench/posix.ts [directory…]`, by default
 * /dev/shm and the system's temporary directory. Everything is warm; what had to wait for the pool
 * is counted.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createPosixVfs,
  type MaybePromise,
  type Vfs,
  VfsError,
  type VfsHandle,
  type VfsOpenOptions,
} from '../src/index.ts';

const FILES = 10_000;
const OPEN: VfsOpenOptions = { disposition: 'open', kind: 'file', data: 'read' };
const LOOK: VfsOpenOptions = { disposition: 'open', kind: 'any', data: 'none' };
const CREATE: VfsOpenOptions = { disposition: 'create', kind: 'file', data: 'read-write' };

let hops = 0;

async function now<T>(value: MaybePromise<T>): Promise<T> {
  return value;
}

/** Runs one operation after the other; awaits only what is not there yet. */
async function measure(title: string, count: number, one: (i: number) => MaybePromise<unknown>): Promise<void> {
  hops = 0;
  const started = performance.now();
  for (let i = 0; i < count; i++) {
    const result = one(i);
    if (result instanceof Promise) {
      hops += 1;
      await result;
    }
  }
  const seconds = (performance.now() - started) / 1000;
  const rate = Math.round(count / seconds).toLocaleString('en');
  console.log(
    `  ${title.padEnd(44)} ${rate.padStart(12)}/s ${((seconds / count) * 1e6).toFixed(1).padStart(9)} µs  ${hops} waited`,
  );
}

function openClose(vfs: Vfs, path: string[], options: VfsOpenOptions): MaybePromise<unknown> {
  const opened = vfs.open(path, options);
  if (opened instanceof Promise) return opened.then(({ handle }) => handle.close());
  return opened.handle.close();
}

function write4k(vfs: Vfs, path: string[], bytes: Uint8Array): MaybePromise<unknown> {
  const opened = vfs.open(path, CREATE);
  if (opened instanceof Promise) {
    return opened.then(async ({ handle }) => {
      await handle.write(bytes, 0);
      await handle.close();
    });
  }
  void opened.handle.write(bytes, 0);
  return opened.handle.close();
}

async function list(handle: VfsHandle): Promise<number> {
  const cursor = await handle.list();
  let count = 0;
  for (;;) {
    const answer = cursor.next(500);
    if (answer instanceof Promise) hops += 1;
    const entries = await answer;
    if (entries.length === 0) break;
    count += entries.length;
  }
  cursor.close();
  return count;
}

async function bench(directory: string): Promise<void> {
  const root = mkdtempSync(join(directory, 'tsmbd-bench-'));
  console.log(directory);
  try {
    const vfs = createPosixVfs({ root });
    const { handle } = await vfs.open(['dir'], { disposition: 'create', kind: 'directory', data: 'none' });
    await handle.close();
    await benchOpens(vfs);
    await benchData(vfs);
    await benchNames(vfs);
    await now(vfs.dispose());
  } finally {
    rmSync(root, { recursive: true });
  }
}

const bytes = new Uint8Array(4096).fill(1);
const name = (i: number) => `file-${i % FILES}.txt`;

async function benchOpens(vfs: Vfs): Promise<void> {
  await measure('create-write-close 4 KiB', FILES, (i) => write4k(vfs, ['dir', name(i)], bytes));
  await measure('open-close for reading', 50_000, (i) => openClose(vfs, ['dir', name(i)], OPEN));
  await measure('open-close without data', 50_000, (i) => openClose(vfs, ['dir', name(i)], LOOK));
  await measure('open-close in another case', 50_000, (i) => openClose(vfs, ['dir', name(i).toUpperCase()], OPEN));
  await measure('open-close, directory in another case', 50_000, (i) => openClose(vfs, ['DIR', name(i)], OPEN));
  await measure('open of what is missing', 50_000, (i) => {
    try {
      const opened = vfs.open(['dir', `missing-${i}`], OPEN);
      return opened instanceof Promise ? opened.catch(() => undefined) : undefined;
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
      return undefined;
    }
  });
}

async function benchData(vfs: Vfs): Promise<void> {
  const { handle } = await vfs.open(['dir', name(1)], { ...OPEN, data: 'read-write' });
  const into = new Uint8Array(4096);
  await measure('read 4 KiB', 200_000, () => handle.read(into, 0));
  await measure('write 4 KiB', 200_000, () => handle.write(bytes, 0));
  await measure('stat', 200_000, () => handle.stat());
  await measure('path', 50_000, () => handle.path());
  const large = new Uint8Array(1 << 20);
  await measure('write 1 MiB', 500, (i) => handle.write(large, (i % 64) << 20));
  await measure('read 1 MiB', 500, (i) => handle.read(large, (i % 64) << 20));
  await handle.close();
}

async function benchNames(vfs: Vfs): Promise<void> {
  const dir = (await vfs.open(['dir'], LOOK)).handle;
  for (const title of ['list with stat, first', 'list with stat', 'list with stat']) await measureList(title, dir);
  await measure('set attributes', FILES, async (i) => {
    const opened = await vfs.open(['dir', name(i)], LOOK);
    await opened.handle.set({ attributes: 0x20 });
    await opened.handle.close();
  });
  await measureList('list with stat and attributes', dir);
  await measure('rename', FILES, async (i) => {
    const opened = await vfs.open(['dir', name(i)], LOOK);
    await opened.handle.rename(['dir', `r-${name(i)}`], false);
    await opened.handle.close();
  });
  await measure('unlink', FILES, async (i) => {
    const opened = await vfs.open(['dir', `r-${name(i)}`], LOOK);
    await opened.handle.unlink();
    await opened.handle.close();
  });
}

async function measureList(title: string, dir: VfsHandle): Promise<void> {
  hops = 0;
  const started = performance.now();
  const count = await list(dir);
  const seconds = (performance.now() - started) / 1000;
  const rate = Math.round(count / seconds).toLocaleString('en');
  console.log(`  ${title.padEnd(44)} ${rate.padStart(12)} entries/s  ${hops} waited`);
}

const given = process.argv.slice(2);
for (const directory of given.length > 0 ? given : ['/dev/shm', tmpdir()]) await bench(directory);
