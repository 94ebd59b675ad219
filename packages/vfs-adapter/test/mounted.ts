// Runs in a mount namespace of its own, with a share that has file systems inside. Prints what it
// sees as JSON.
import { createPosixVfs, type VfsHandle, type VfsOpenOptions, type VfsPath } from '../src/index.ts';

const root = process.argv[2]!;
const FILE: VfsOpenOptions = { disposition: 'open-or-create', kind: 'file', data: 'read-write' };

/** What is seen of one mounted file system. */
export interface Seen {
  /** Ids of its files f0 to f9, as open files have them. */
  readonly ids: string[];
  readonly inodes: string[];
  /** The same ids, as the folder's listing and a look at one name have them. */
  readonly listed: string[];
  readonly lookedUp: string[];
  /** Of the file system, through a file on it. */
  readonly totalBytes: string;
  readonly shareTotalBytes: string;
  readonly streams: boolean | undefined;
  /** What became of attributes that were set. */
  readonly set: string;
}

async function see(folder: VfsPath): Promise<Seen> {
  const vfs = createPosixVfs({ root });
  const open = async (path: VfsPath, options = FILE): Promise<VfsHandle> => (await vfs.open(path, options)).handle;
  const directory = await open(folder, { disposition: 'open', kind: 'directory', data: 'none' });
  const files: VfsHandle[] = [];
  for (let i = 0; i < 10; i++) files.push(await open([...folder, `f${i}`]));
  const stats = await Promise.all(files.map((file) => file.stat()));
  const cursor = await directory.list();
  const entries = (await cursor.next(100)).filter(({ name }) => /^f\d$/.test(name));
  cursor.close();
  const looked = await Promise.all(files.map((_, i) => directory.lookup(`f${i}`)));
  const first = files[0]!;
  const seen = {
    ids: stats.map(({ fileId }) => String(fileId)),
    inodes: stats.map(({ inode }) => String(inode)),
    listed: entries.toSorted((a, b) => a.name.localeCompare(b.name)).map(({ stat }) => String(stat.fileId)),
    lookedUp: looked.map((entry) => String(entry!.stat.fileId)),
    totalBytes: String((await first.statFs!()).totalBytes),
    shareTotalBytes: String((await vfs.statFs()).totalBytes),
    streams: first.features?.streams,
    set: await setHidden(first),
  };
  for (const file of [...files, directory]) await file.close();
  await vfs.dispose();
  return seen;
}

async function setHidden(file: VfsHandle): Promise<string> {
  try {
    await file.set({ attributes: 2 });
    return String((await file.stat()).attributes);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const places = [[], ['one'], ['two'], ['bare'], ['twice']] as const;
const seen: Record<string, Seen> = {};
for (const place of places) seen[place.join('/')] = await see(place);
// What was seen first must not matter: the ids are those of another process, or another order.
const again: Record<string, Seen> = {};
for (const place of places.toReversed()) again[place.join('/')] = await see(place);
console.log(JSON.stringify({ seen, again }));
