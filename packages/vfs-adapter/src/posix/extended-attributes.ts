import { sameName } from '../case-fold.ts';
import { type VfsEa, VfsError } from '../vfs.ts';
import { Errno } from './constants.ts';
import { DOSATTRIB } from './dos-attrib.ts';
import { posixError } from './errors.ts';
import { NTACL } from './ntacl.ts';
import type { PosixHandle } from './posix-handle.ts';

const PREFIX = 'user.';
/** Extended attributes that mean something else to this server or to Samba. */
const RESERVED: ReadonlySet<string> = new Set([DOSATTRIB, NTACL.user, 'user.SAMBA_PAI']);
/** Alternate data streams. */
const STREAMS = 'user.DosStream.';
/** The longest value, [MS-FSCC] 2.4.16. */
const MAX_VALUE = 65_535;

/** The `user.` xattrs that are no one else's, without the prefix. */
export function listEas(file: PosixHandle): readonly VfsEa[] {
  if (file.kind === 'symlink') return [];
  const { xattrs } = file.share;
  const found: VfsEa[] = [];
  for (const name of xattrs.list(file)) {
    const text = name.toString('utf8', 0, name.length - 1);
    if (!isOurs(text)) continue;
    const value = xattrs.get(file, name);
    if (value !== undefined) found.push({ name: text.slice(PREFIX.length), value: Uint8Array.from(value) });
  }
  return found;
}

/** Sets one by whatever case it is stored in; an empty value removes it. */
export function setEa(file: PosixHandle, name: string, value: Uint8Array): void {
  if (!file.fs.hasXattrs || file.kind === 'symlink') throw new VfsError('not-supported');
  if (value.length > MAX_VALUE) throw new VfsError('ea-too-large');
  if (name === '' || name.includes('\0') || !isOurs(PREFIX + name)) throw new VfsError('invalid-name', name);
  const { xattrs } = file.share;
  const wanted = PREFIX + name;
  const stored = xattrs.list(file).find((held) => sameName(held.toString('utf8', 0, held.length - 1), wanted));
  if (value.length === 0) {
    const result = stored === undefined ? 0 : xattrs.remove(file, stored);
    if (result < 0 && result !== -Errno.ENODATA) throw posixError(result, 'removexattr');
    return;
  }
  const result = xattrs.set(file, stored ?? wanted, value);
  if (result === -Errno.ENOSPC || result === -E2BIG) throw posixError(result, 'setxattr', 'ea-too-large');
  if (result < 0) throw posixError(result, 'setxattr');
}

function isOurs(name: string): boolean {
  return name.startsWith(PREFIX) && !name.startsWith(STREAMS) && !isReserved(name);
}

function isReserved(name: string): boolean {
  for (const reserved of RESERVED) if (sameName(reserved, name)) return true;
  return false;
}

const E2BIG = 7;
