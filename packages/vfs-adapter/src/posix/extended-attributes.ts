import { sameName } from '../case-fold.ts';
import { type VfsEa, VfsError, type VfsStat } from '../vfs.ts';
import { Errno } from './constants.ts';
import { DOSATTRIB } from './dos-attrib.ts';
import { posixError } from './errors.ts';
import { NTACL } from './ntacl.ts';
import type { PosixHandle } from './posix-handle.ts';
import { isOfStream } from './stream-xattrs.ts';

const PREFIX = 'user.';
/** Extended attributes that have another meaning to this server or to Samba. */
const RESERVED: ReadonlySet<string> = new Set([DOSATTRIB, NTACL.user, 'user.SAMBA_PAI']);
/** The longest value, [MS-FSCC] 2.4.16. */
const MAX_VALUE = 65_535;

/** The names and values of the `user.` xattrs that serve no other purpose, without the prefix. */
export function listEas(file: PosixHandle, asOf?: VfsStat): readonly VfsEa[] {
  if (file.kind === 'symlink' || file.hadNone(asOf, isOurs)) return [];
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

/** Sets an extended attribute, in whatever letter case it is stored. An empty value removes it. */
export function setEa(file: PosixHandle, name: string, value: Uint8Array): void {
  if (!file.fs.hasXattrs || file.kind === 'symlink') throw new VfsError('not-supported');
  if (value.length > MAX_VALUE) throw new VfsError('ea-too-large');
  if (name === '' || name.includes('\0')) throw new VfsError('invalid-name', name);
  // The xattrs that hold streams, attributes and descriptors cannot be set by name.
  if (!isOurs(PREFIX + name)) throw new VfsError('access-denied', name);
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
  return name.startsWith(PREFIX) && !isOfStream(name) && !isReserved(name);
}

function isReserved(name: string): boolean {
  for (const reserved of RESERVED) if (sameName(reserved, name)) return true;
  return false;
}

const E2BIG = 7;
