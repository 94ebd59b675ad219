import { Writer } from '@tsmbd/ms-dtyp';
import {
  AccessMask,
  type DirectoryEntry,
  type DirectoryEntryEncoder,
  directoryClassOf,
  directoryEntryWriter,
  FileInformationClass,
  NtStatus,
  QueryDirectoryFlags,
  type QueryDirectoryRequest,
} from '@tsmbd/smb2-codec';
import type { VfsDirEntry } from '@tsmbd/vfs-adapter';
import { COMMAND_NEEDS, fileRights, isVetoed, openAs, requireGranted } from '../access/index.ts';
import type { Share } from '../config.ts';
import { isRefusal, StatusError } from '../errors.ts';
import { fileIdOf, networkOpenValues } from '../metadata/index.ts';
import {
  type Enumeration,
  FIXED_BODY,
  type FileOpen,
  type RequestContext,
  ReservedPayload,
  type Times,
  Turn,
} from '../model/index.ts';
import { compilePattern, isPlainName, isShort, looksShort, shortName } from '../names/index.ts';

/** How many entries are requested from the back end at a time. */
const BATCH = 256;
const MAX_PATTERN = 255 * 4;

/** QUERY_DIRECTORY, [MS-SMB2] 3.3.5.18 and [MS-FSA] 2.1.5.6.3. */
export async function handleQueryDirectory(
  request: QueryDirectoryRequest,
  ctx: RequestContext,
): Promise<ReservedPayload> {
  const open = ctx.fileOpen(request.fileId);
  const infoClass = directoryClassOf(request.fileInformationClass);
  if (infoClass === undefined) throw new StatusError(NtStatus.STATUS_INVALID_INFO_CLASS, 'unknown listing class');
  if (request.outputBufferLength > ctx.connection.maxTransactSize) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'OutputBufferLength is over MaxTransactSize');
  }
  if (open.handle.kind !== 'directory') throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'not a directory');
  requireGranted(open, COMMAND_NEEDS.QUERY_DIRECTORY);
  if (request.searchPattern.length > MAX_PATTERN) {
    throw new StatusError(NtStatus.STATUS_OBJECT_NAME_INVALID, 'search pattern too long');
  }
  const before = open.listing;
  const listing = Promise.withResolvers<void>();
  open.listing = listing.promise;
  try {
    await before;
    if (open.closed) throw new StatusError(NtStatus.STATUS_FILE_CLOSED, 'closed while others listed');
    return await answer(request, infoClass, open, ctx);
  } finally {
    listing.resolve();
  }
}

async function answer(
  request: QueryDirectoryRequest,
  infoClass: DirectoryEntryEncoder,
  open: FileOpen,
  ctx: RequestContext,
): Promise<ReservedPayload> {
  const scan = await enumeration(open, request);
  const room = ctx.reserve(FIXED_BODY.OUTPUT_BUFFER, request.outputBufferLength);
  const length = await fill(room, scan, infoClass, request, open, ctx);
  if (length === 0) {
    // [MS-SMB2] 3.3.5.18: either nothing matched at all, or no entries are left.
    throw scan.found
      ? new StatusError(NtStatus.STATUS_NO_MORE_FILES, 'listing ended')
      : new StatusError(NtStatus.STATUS_NO_SUCH_FILE, 'nothing matches');
  }
  scan.found = true;
  return new ReservedPayload(length);
}

/**
 * The Open's scan. A new scan is begun for the first query, and on REOPEN and RESTART. On RESTART
 * the pattern is kept, unless the request has another one.
 */
async function enumeration(open: FileOpen, request: QueryDirectoryRequest): Promise<Enumeration> {
  const { flags, searchPattern } = request;
  const before = open.enumeration;
  const restart = (flags & (QueryDirectoryFlags.REOPEN | QueryDirectoryFlags.RESTART_SCANS)) !== 0;
  if (before !== undefined && !restart) return before;
  const keep = before !== undefined && ((flags & QueryDirectoryFlags.REOPEN) === 0 || searchPattern === '');
  const pattern = keep && searchPattern === '' ? before.pattern : searchPattern;
  const matches = compilePattern(pattern);
  const cursor = await open.handle.list();
  // The Open may have been closed meanwhile, or another query may have begun a scan. Nobody else
  // would close this cursor.
  if (open.closed) {
    cursor.close();
    throw new StatusError(NtStatus.STATUS_FILE_CLOSED, 'closed while the listing began');
  }
  const now = open.enumeration;
  if (now !== undefined && now !== before && !restart) {
    cursor.close();
    return now;
  }
  now?.cursor.close();
  const scan: Enumeration = {
    cursor,
    pattern,
    matches,
    pending: [],
    next: 0,
    found: before?.found === true && keep,
    ended: false,
    index: 0,
  };
  open.enumeration = scan;
  scan.pending = await firstEntries(open, scan);
  return scan;
}

/** `.` and `..`, or the one entry that a pattern without wildcards names. */
async function firstEntries(open: FileOpen, scan: Enumeration): Promise<readonly VfsDirEntry[]> {
  if (isPlainName(scan.pattern) && scan.pattern !== '') {
    scan.ended = true;
    const entry = await open.handle.lookup(scan.pattern);
    if (entry !== undefined) return [entry];
    // It may be the short name of one of the entries.
    scan.ended = open.tree.share.shortNamePrefix === undefined || !looksShort(scan.pattern);
    return [];
  }
  const stat = await open.handle.stat();
  return [
    { name: '.', stat },
    { name: '..', stat },
  ];
}

/**
 * Writes entries until the buffer is full, the listing ends, or the request's limit is reached.
 * Returns how many bytes were used.
 */
async function fill(
  room: Uint8Array,
  scan: Enumeration,
  infoClass: DirectoryEntryEncoder,
  request: QueryDirectoryRequest,
  open: FileOpen,
  { server }: RequestContext,
): Promise<number> {
  const w = new Writer(room, 0, true);
  const entries = directoryEntryWriter(w, infoClass, room.length);
  const single = (request.flags & QueryDirectoryFlags.RETURN_SINGLE_ENTRY) !== 0;
  const { share } = open.tree;
  const turn = new Turn(server.env);
  const hasShort = share.shortNamePrefix !== undefined && SHORT_NAMES.has(request.fileInformationClass);
  for (;;) {
    const others = turn.over();
    if (others !== undefined) await others;
    if (scan.next >= scan.pending.length) {
      if (scan.ended) break;
      const more = scan.cursor.next(BATCH);
      scan.pending = more instanceof Promise ? await more : more;
      scan.next = 0;
      if (scan.pending.length === 0) {
        scan.ended = true;
        break;
      }
    }
    const entry = scan.pending[scan.next]!;
    if (
      !(scan.matches(entry.name) || matchesShort(scan, entry.name, share)) ||
      isVetoed(share, [entry.name]) ||
      (share.hideSpecial === true && entry.stat.kind === 'other') ||
      (hidesSome(share) && !(await isShown(entry, open)))
    ) {
      scan.next += 1;
      continue;
    }
    const short = hasShort ? madeName(entry.name, share) : '';
    if (!entries.add(listed(entry, share, server.times, short))) {
      // [MS-SMB2] 3.3.5.18: the buffer has no room even for one entry.
      if (entries.count === 0) throw new StatusError(NtStatus.STATUS_INFO_LENGTH_MISMATCH, 'no room for one entry');
      break;
    }
    scan.next += 1;
    scan.index += 1;
    if (single) break;
  }
  return w.position;
}

/**
 * An entry in the form for the wire. FileIndex is 0, because positions in this file system mean
 * nothing.
 */
function listed(entry: VfsDirEntry, share: Share, times: Times, short: string): DirectoryEntry {
  const values = networkOpenValues(times.seenEntry(entry.stat), share, entry.name);
  return {
    fileIndex: 0,
    creationTime: values.creationTime,
    lastAccessTime: values.lastAccessTime,
    lastWriteTime: values.lastWriteTime,
    changeTime: values.changeTime,
    endOfFile: values.endOfFile,
    allocationSize: values.allocationSize,
    fileAttributes: values.fileAttributes,
    eaSize: 0,
    shortName: short,
    fileId: fileIdOf(entry.stat),
    fileIdHigh: 0n,
    reparsePointTag: 0,
    fileName: entry.name,
  };
}

/** The short name that was made for an entry; '' if the entry's own name is one. */
function madeName(name: string, { shortNamePrefix }: Share): string {
  return isShort(name) ? '' : shortName(name, shortNamePrefix);
}

/** As on Windows, an entry is listed if either of its names matches. [MS-FSA] 2.1.5.6.3 */
function matchesShort(scan: Enumeration, name: string, share: Share): boolean {
  if (share.shortNamePrefix === undefined) return false;
  const short = madeName(name, share);
  return short !== '' && scan.matches(short);
}

/** Classes whose entries have a ShortName, [MS-FSCC] 2.4. */
const SHORT_NAMES: ReadonlySet<number> = new Set([
  FileInformationClass.FileBothDirectoryInformation,
  FileInformationClass.FileIdBothDirectoryInformation,
  FileInformationClass.FileIdExtdBothDirectoryInformation,
]);

function hidesSome({ hideUnreadable, hideUnwriteable }: Share): boolean {
  return hideUnreadable || hideUnwriteable === true;
}

/** Whether the user sees this entry of a share that hides what cannot be read, or written. */
async function isShown(entry: VfsDirEntry, open: FileOpen): Promise<boolean> {
  if (entry.name === '.' || entry.name === '..') return true;
  const { share } = open.tree;
  try {
    const { handle } = await openAs(open.tree, [...open.path, entry.name], {
      disposition: 'open',
      kind: 'any',
      data: 'none',
    });
    try {
      const { maximal } = await fileRights(open.tree, handle, entry.stat);
      if (share.hideUnreadable && (maximal & READABLE) !== READABLE) return false;
      // As with smbd, folders are shown: what is in them may be writable.
      const mustWrite = share.hideUnwriteable === true && handle.kind !== 'directory';
      return !mustWrite || (maximal & AccessMask.FILE_WRITE_DATA) !== 0;
    } finally {
      await handle.close();
    }
  } catch (error) {
    // The entry is gone, or it may not be opened.
    if (isRefusal(error)) return false;
    throw error;
  }
}

/**
 * The rights of FILE_GENERIC_READ, except SYNCHRONIZE. A user who lacks some of them does not see
 * the entry, as on Windows.
 */
const READABLE =
  AccessMask.FILE_READ_DATA | AccessMask.FILE_READ_EA | AccessMask.FILE_READ_ATTRIBUTES | AccessMask.READ_CONTROL;
