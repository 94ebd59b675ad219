import { sameName } from '../case-fold.ts';
import { type VfsEa, VfsError, type VfsStat, type VfsStream } from '../vfs.ts';
import { Errno } from './constants.ts';
import { DOSATTRIB } from './dos-attrib.ts';
import { posixError } from './errors.ts';
import { NTACL } from './ntacl.ts';
import type { PosixHandle } from './posix-handle.ts';
import { fromWtf8, toWtf8 } from './wtf8.ts';

const PREFIX = 'user.';
/** Extended attributes that have another meaning to this server or to Samba. */
const RESERVED: ReadonlySet<string> = new Set([DOSATTRIB, NTACL.user, 'user.SAMBA_PAI']);
/** The prefix of the xattrs that hold alternate data streams. */
const STREAMS = 'user.DosStream.';
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

/** Every stream's name ends in this type, as Samba stores it. */
const STREAM_TYPE = ':$DATA';
/**
 * The largest stream in bytes: what an xattr can hold, less the zero byte that Samba adds at the
 * end.
 */
const MAX_STREAM = 65_535;

/**
 * Streams are kept in xattrs `user.DosStream.NAME:$DATA`, as in Samba: the value is the stream's
 * bytes and a zero byte. The name is in WTF-8.
 */
export function listStreams(file: PosixHandle): readonly VfsStream[] {
  return storedStreams(file).map(({ name, key }) => ({ name, size: content(file, key)?.length ?? 0 }));
}

export function getStream(file: PosixHandle, name: string): Uint8Array | undefined {
  const stored = findStream(file, name);
  if (stored === undefined) return undefined;
  const bytes = content(file, stored.key);
  // The name can be listed by whoever can open the file, but its bytes need the right to read.
  if (bytes === undefined) throw new VfsError('access-denied', name);
  return bytes;
}

export function setStream(file: PosixHandle, name: string, bytes: Uint8Array | undefined): void {
  if (!file.fs.hasXattrs || file.kind === 'symlink') throw new VfsError('not-supported');
  const stored = findStream(file, name);
  const { xattrs } = file.share;
  if (bytes === undefined) {
    const result = stored === undefined ? -Errno.ENODATA : xattrs.remove(file, stored.key);
    if (result < 0) throw posixError(result, 'removexattr', result === -Errno.ENODATA ? 'not-found' : undefined);
    return;
  }
  if (bytes.length > MAX_STREAM) throw new VfsError('too-large');
  const value = new Uint8Array(bytes.length + 1);
  value.set(bytes);
  const result = xattrs.set(file, stored?.key ?? toWtf8(STREAMS + name + STREAM_TYPE), value);
  if (result === -Errno.ENOSPC || result === -E2BIG) throw posixError(result, 'setxattr', 'too-large');
  if (result < 0) throw posixError(result, 'setxattr');
}

interface StoredStream {
  readonly name: string;
  /** The xattr's name, with its final zero byte. */
  readonly key: Buffer;
}

function storedStreams(file: PosixHandle): StoredStream[] {
  if (!file.fs.hasXattrs || file.kind === 'symlink') return [];
  const found: StoredStream[] = [];
  for (const key of file.share.xattrs.list(file)) {
    const text = fromWtf8(key.subarray(0, -1));
    if (!text.startsWith(STREAMS) || !text.toUpperCase().endsWith(STREAM_TYPE)) continue;
    found.push({ name: text.slice(STREAMS.length, -STREAM_TYPE.length), key });
  }
  return found;
}

function findStream(file: PosixHandle, name: string): StoredStream | undefined {
  return storedStreams(file).find((stored) => sameName(stored.name, name));
}

function content(file: PosixHandle, key: Buffer): Uint8Array | undefined {
  const value = file.share.xattrs.get(file, key);
  return value && Uint8Array.from(value.subarray(0, Math.max(0, value.length - 1)));
}

function isOurs(name: string): boolean {
  return name.startsWith(PREFIX) && !name.startsWith(STREAMS) && !isReserved(name);
}

function isReserved(name: string): boolean {
  for (const reserved of RESERVED) if (sameName(reserved, name)) return true;
  return false;
}

const E2BIG = 7;
