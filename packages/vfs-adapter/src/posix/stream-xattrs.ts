import { sameName } from '../case-fold.ts';
import { VfsError, type VfsStream } from '../vfs.ts';
import { Errno } from './constants.ts';
import type { DiskName } from './disk-names.ts';
import { posixError } from './errors.ts';
import type { PosixHandle } from './posix-handle.ts';
import { fromWtf8, toWtf8 } from './wtf8.ts';

/*
 * Streams are kept in xattrs as Samba's streams_xattr keeps them. The first part of a stream's
 * bytes is in `user.DosStream.NAME:$DATA`, with one byte behind it that says how many further parts
 * there are; 0 for nearly all streams. Part 1 is in `user.DosStreamExt.1.NAME:$DATA`, and so on,
 * without a byte behind it. Samba has further parts since 4.20, and only with `streams_xattr:max
 * xattrs per stream`; a server that does not know of them sees the first part alone. The names are
 * in WTF-8.
 */

/** The prefix of the xattrs with the first parts. */
const STREAMS = 'user.DosStream.';
/** The prefix of the xattrs with further parts, before the number of the part and a dot. */
const PARTS = 'user.DosStreamExt.';
/** Every stream's name ends in this type, as Samba stores it. */
const STREAM_TYPE = ':$DATA';
/** The largest value of an xattr in bytes, XATTR_SIZE_MAX. */
const LARGEST = 65_536;
/** As many parts as Samba writes at most, the first included. */
export const MAX_PARTS = 16;

/** Whether an xattr holds a stream, or a part of one. */
export function isOfStream(name: string): boolean {
  return name.startsWith(STREAMS) || name.startsWith(PARTS);
}

export function listStreams(file: PosixHandle): readonly VfsStream[] {
  return storedStreams(file).map((stored) => ({ name: stored.name, size: content(file, stored)?.length ?? 0 }));
}

export function getStream(file: PosixHandle, name: string): Uint8Array | undefined {
  const stored = findStream(file, name);
  if (stored === undefined) return undefined;
  const bytes = content(file, stored);
  // The name can be listed by whoever can open the file, but its bytes need the right to read.
  if (bytes === undefined) throw new VfsError('access-denied', name);
  return bytes;
}

/** All or nothing: if a part does not fit, the stream is as it was. */
export function setStream(file: PosixHandle, name: string, bytes: Uint8Array | undefined): void {
  if (!file.fs.hasXattrs || file.kind === 'symlink') throw new VfsError('not-supported');
  const stored = findStream(file, name);
  if (bytes === undefined) {
    if (stored === undefined) throw new VfsError('not-found', name);
    const result = file.share.xattrs.remove(file, stored.key);
    if (result < 0) throw posixError(result, 'removexattr', result === -Errno.ENODATA ? 'not-found' : undefined);
    removeParts(file, stored.raw, 1);
    return;
  }
  const parts = partsOf(bytes, partSize(file));
  if (parts > file.share.options.xattrsPerStream) throw new VfsError('too-large');
  const raw = stored?.raw ?? name + STREAM_TYPE;
  const key = stored?.key ?? toWtf8(STREAMS + raw);
  // For nearly all streams there is one part, before and after.
  const before = parts === 1 && (stored === undefined || markerOf(file, key) === 0) ? undefined : old(file, stored);
  const result = put(file, key, raw, bytes);
  if (result >= 0) {
    if (before !== undefined) removeParts(file, raw, parts);
    return;
  }
  if (before?.bytes === undefined) removeParts(file, raw, 1);
  else put(file, key, raw, before.bytes);
  throw posixError(result, 'setxattr', result === -Errno.ENOSPC || result === -E2BIG ? 'too-large' : undefined);
}

interface StoredStream {
  readonly name: string;
  /** The name with its type, as it is stored. */
  readonly raw: string;
  /** The xattr's name, with its final zero byte. */
  readonly key: DiskName;
}

function storedStreams(file: PosixHandle): StoredStream[] {
  if (!file.fs.hasXattrs || file.kind === 'symlink') return [];
  const found: StoredStream[] = [];
  for (const key of file.share.xattrs.list(file)) {
    const text = fromWtf8(key.subarray(0, -1));
    if (!text.startsWith(STREAMS) || !text.toUpperCase().endsWith(STREAM_TYPE)) continue;
    const raw = text.slice(STREAMS.length);
    found.push({ name: raw.slice(0, -STREAM_TYPE.length), raw, key });
  }
  return found;
}

function findStream(file: PosixHandle, name: string): StoredStream | undefined {
  return storedStreams(file).find((stored) => sameName(stored.name, name));
}

function content(file: PosixHandle, { key, raw }: StoredStream): Uint8Array | undefined {
  const first = file.share.xattrs.get(file, key);
  if (first === undefined) return undefined;
  const end = Math.max(0, first.length - 1);
  const more = Math.min(first[end] ?? 0, MAX_PARTS - 1);
  if (more === 0) return Uint8Array.from(first.subarray(0, end));
  const parts = [Uint8Array.from(first.subarray(0, end))];
  for (let i = 1; i <= more; i++) {
    const part = file.share.xattrs.get(file, partKey(raw, i));
    // What is missing was never written as a whole: the stream ends here, as in Samba.
    if (part === undefined) break;
    parts.push(Uint8Array.from(part));
  }
  return Uint8Array.from(Buffer.concat(parts));
}

/** How many further parts a stream has. */
function markerOf(file: PosixHandle, key: DiskName): number {
  return file.share.xattrs.get(file, key)?.at(-1) ?? 0;
}

/** What a stream is before it changes; without bytes if it is not there. */
function old(file: PosixHandle, stored: StoredStream | undefined): { readonly bytes: Uint8Array | undefined } {
  return { bytes: stored && content(file, stored) };
}

/**
 * Bytes of each part but the last. Samba takes parts of any size. If there may be one part alone,
 * the file system says whether the stream fits.
 */
function partSize({ share, fs }: PosixHandle): number {
  return share.options.xattrsPerStream === 1 ? LARGEST : fs.maxXattr;
}

/** In how many parts so many bytes are kept. The first has a byte more than its bytes. */
function partsOf({ length }: Uint8Array, part: number): number {
  return length < part ? 1 : 1 + Math.ceil((length - (part - 1)) / part);
}

/** Writes all parts, the first one last: it makes the others count. */
function put(file: PosixHandle, key: DiskName, raw: string, bytes: Uint8Array): number {
  const part = partSize(file);
  const more = partsOf(bytes, part) - 1;
  for (let i = 1; i <= more; i++) {
    const start = i * part - 1;
    const result = store(file, partKey(raw, i), bytes.subarray(start, start + part));
    if (result < 0) return result;
  }
  const first = more === 0 ? bytes : bytes.subarray(0, part - 1);
  const value = new Uint8Array(first.length + 1);
  value.set(first);
  value[first.length] = more;
  return store(file, key, value);
}

/**
 * Sets an xattr. Btrfs lets no value grow beyond the free room of its node, though there would be
 * room in another: so the old value is taken away first, and comes back if the new one does not
 * fit.
 */
function store(file: PosixHandle, key: DiskName, value: Uint8Array): number {
  const { xattrs } = file.share;
  const result = xattrs.set(file, key, value);
  if (result !== -Errno.ENOSPC || file.fs.maxXattr === LARGEST) return result;
  const held = xattrs.get(file, key);
  if (held === undefined) return result;
  const kept = Uint8Array.from(held);
  xattrs.remove(file, key);
  const again = xattrs.set(file, key, value);
  if (again < 0) xattrs.set(file, key, kept);
  return again;
}

/** Removes the parts from `from` on. */
function removeParts(file: PosixHandle, raw: string, from: number): void {
  for (let i = from; i < MAX_PARTS; i++) if (file.share.xattrs.remove(file, partKey(raw, i)) < 0) return;
}

function partKey(raw: string, part: number): DiskName {
  return toWtf8(`${PARTS}${part}.${raw}`);
}

const E2BIG = 7;
