import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';

/**
 * What the system itself says of each file below a folder, by inode: one text that can be compared,
 * without times.
 */
export type DiskState = ReadonlyMap<bigint, string>;

/**
 * Reads the disk without the back end: names, modes, owners, links, bytes and every extended
 * attribute.
 */
export function takeDiskState(root: string): DiskState {
  const states = new Map<bigint, string>();
  look(root, states);
  return states;
}

function look(path: string, states: Map<bigint, string>): void {
  const { ino, mode, uid, gid, nlink, size } = lstatSync(path, { bigint: true });
  if (states.has(ino)) return;
  const directory = (mode & FORMAT) === DIRECTORY;
  const names = directory ? readdirSync(path).sort() : [];
  const content = directory ? names.join('/') : `${size} ${readFileSync(path, 'latin1')}`;
  const links = directory ? '' : nlink;
  states.set(ino, [mode, uid, gid, links, JSON.stringify(content), ...attributesOf(path)].join('\n'));
  for (const name of names) look(join(path, name), states);
}

/**
 * Every extended attribute as `name=hex`. The envelope of a stored descriptor says when it was
 * written; that time is left out.
 */
function attributesOf(path: string): string[] {
  const length = Number(llistxattr(path, buffer, buffer.length));
  if (length <= 0) return [];
  const names = buffer
    .toString('latin1', 0, length - 1)
    .split('\0')
    .sort();
  return names.map((name) => {
    const count = Number(lgetxattr(path, name, buffer, buffer.length));
    const value = buffer.toString('hex', name.endsWith('NTACL') ? NTACL_TIME_END : 0, Math.max(0, count));
    return `${name}=${value}`;
  });
}

const FORMAT = 0o170000n;
const DIRECTORY = 0o040000n;
/** Version, hash, description and time come before the part that is compared. */
const NTACL_TIME_END = 92;

const library = koffi.load(null);
const llistxattr = library.func('long llistxattr(str path, void *list, size_t size)');
const lgetxattr = library.func('long lgetxattr(str path, str name, void *value, size_t size)');
const buffer = Buffer.alloc(1 << 17);
