import { type Codec, CodecError, decode, type Filetime, filetimeFromUnixNs, unixNsFromFiletime } from '@tsmbd/ms-dtyp';
import {
  FileAction,
  FileAttributes,
  FileInformationClass,
  type FileRenameInformation,
  type FileRenameInformationEx,
  type FullEa,
  fileAllocationInformation,
  fileBasicInformation,
  fileCaseSensitiveInformation,
  fileDispositionInformation,
  fileDispositionInformationEx,
  fileEndOfFileInformation,
  fileLinkInformation,
  fileLinkInformationEx,
  fileModeInformation,
  filePositionInformation,
  fileRenameInformation,
  fileRenameInformationEx,
  fileShortNameInformation,
  fileValidDataLengthInformation,
  fullEaList,
  NotifyFilter,
  NtStatus,
  RenameFlags,
} from '@tsmbd/smb2-codec';
import type { VfsChanges } from '@tsmbd/vfs-adapter';
import { changeBytes } from '../caching/index.ts';
import { StatusError } from '../errors.ts';
import { keeps, MAX_OFFSET, SETTABLE_ATTRIBUTES, wholeClusters, wireAttributes } from '../metadata/index.ts';
import { type FileOpen, type RequestContext, tellOfOpen } from '../model/index.ts';
import { requireEaName } from '../names/index.ts';
import { setDisposition, setDispositionEx } from './disposition.ts';
import { linkFile, renameFile } from './rename.ts';
import { setCaseFlags } from './stat-classes.ts';

/** A class of SET_INFO about a file, [MS-FSCC] 2.4. */
export interface SetClass {
  set(buffer: Uint8Array, open: FileOpen, ctx: RequestContext): Promise<void> | void;
}

function setClass<T>(
  codec: Codec<T>,
  apply: (value: T, open: FileOpen, ctx: RequestContext) => Promise<void> | void,
): SetClass {
  return {
    set(buffer, open, ctx) {
      let value: T;
      try {
        value = decode(codec, buffer);
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
        // [MS-FSA] 2.1.5.15: a buffer that is too short for its class.
        throw new StatusError(NtStatus.STATUS_INFO_LENGTH_MISMATCH, 'malformed information', { cause: error });
      }
      return apply(value, open, ctx);
    },
  };
}

export const SET_CLASSES: ReadonlyMap<number, SetClass> = new Map<number, SetClass>([
  [FileInformationClass.FileBasicInformation, setClass(fileBasicInformation, setBasic)],
  [FileInformationClass.FileRenameInformation, setClass(fileRenameInformation, renameFile)],
  [FileInformationClass.FileLinkInformation, setClass(fileLinkInformation, linkFile)],
  [
    FileInformationClass.FileRenameInformationEx,
    setClass(fileRenameInformationEx, (v, open, ctx) => renameFile(withoutFlags(v), open, ctx)),
  ],
  [
    FileInformationClass.FileLinkInformationEx,
    setClass(fileLinkInformationEx, (v, open, ctx) => linkFile(withoutFlags(v), open, ctx)),
  ],
  [
    FileInformationClass.FileCaseSensitiveInformation,
    setClass(fileCaseSensitiveInformation, ({ flags }, open) => setCaseFlags(flags, open)),
  ],
  [
    FileInformationClass.FileShortNameInformation,
    setClass(fileShortNameInformation, () => {
      // [MS-FSA] 2.1.5.15.13: this needs SE_RESTORE_PRIVILEGE, and short names follow from long
      // ones.
      throw new StatusError(NtStatus.STATUS_PRIVILEGE_NOT_HELD, 'short names are made by the server');
    }),
  ],
  [
    FileInformationClass.FileDispositionInformation,
    setClass(fileDispositionInformation, (v, open, ctx) => setDisposition(v.deletePending, open, ctx)),
  ],
  [
    FileInformationClass.FileDispositionInformationEx,
    setClass(fileDispositionInformationEx, (v, open, ctx) => setDispositionEx(v.flags, open, ctx)),
  ],
  [
    FileInformationClass.FilePositionInformation,
    setClass(filePositionInformation, ({ currentByteOffset }, open) => {
      if (currentByteOffset > MAX_OFFSET) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'negative offset');
      open.position = currentByteOffset;
    }),
  ],
  [
    FileInformationClass.FileModeInformation,
    setClass(fileModeInformation, ({ mode }, open) => {
      // [MS-FSA] 2.1.5.15.8: only these can be changed.
      if ((mode & ~SETTABLE_MODE) !== 0) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'mode bits');
      open.mode = (open.mode & ~SETTABLE_MODE) | mode;
    }),
  ],
  [
    FileInformationClass.FileEndOfFileInformation,
    setClass(fileEndOfFileInformation, ({ endOfFile }, open, ctx) => resize(endOfFile, open, ctx)),
  ],
  [FileInformationClass.FileAllocationInformation, setClass(fileAllocationInformation, setAllocation)],
  [
    FileInformationClass.FileValidDataLengthInformation,
    setClass(fileValidDataLengthInformation, () => {
      // [MS-FSA] 2.1.5.15.14: this needs SE_MANAGE_VOLUME_PRIVILEGE, which no user has here.
      throw new StatusError(NtStatus.STATUS_PRIVILEGE_NOT_HELD, 'SetValidDataLength');
    }),
  ],
  [FileInformationClass.FileFullEaInformation, setClass(fullEaList, setEas)],
]);

/**
 * FileRenameInformationEx and FileLinkInformationEx, [MS-FSA] 2.1.5.15.12 and 2.1.5.15.7: what
 * they say that the older classes do not. POSIX_SEMANTICS would have a target replaced that others
 * have open; the server does not say that it can. The other flags are about storage that it has
 * not, or ask for less than it does.
 */
function withoutFlags({ flags, rootDirectory, fileName }: FileRenameInformationEx): FileRenameInformation {
  if ((flags & ~RENAME_FLAGS) !== 0) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, `flags 0x${flags.toString(16)}`);
  }
  if ((flags & RenameFlags.POSIX_SEMANTICS) !== 0) {
    throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'POSIX_SEMANTICS');
  }
  return { replaceIfExists: (flags & RenameFlags.REPLACE_IF_EXISTS) !== 0, rootDirectory, fileName };
}

const RENAME_FLAGS = Object.values(RenameFlags).reduce((all, flag) => all | flag, 0);

const SETTABLE_MODE = 0x0000_003e & ~0x8;

/**
 * 0 leaves a time as it is; -1 and -2 stop and restart updates through this open. [MS-FSCC] 2.4.7
 */
function newTime(time: Filetime): bigint | undefined {
  if (time === 0n || time >= 0xffff_ffff_ffff_fffen) return undefined;
  if (time > MAX_OFFSET) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'negative time');
  return unixNsFromFiletime(time);
}

async function setBasic(
  value: {
    creationTime: Filetime;
    lastAccessTime: Filetime;
    lastWriteTime: Filetime;
    changeTime: Filetime;
    fileAttributes: number;
  },
  open: FileOpen,
  ctx: RequestContext,
): Promise<void> {
  const { fileAttributes } = value;
  const directory = open.handle.kind === 'directory';
  if ((fileAttributes & FileAttributes.DIRECTORY) !== 0 && !directory) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'a file cannot become a directory');
  }
  if ((fileAttributes & FileAttributes.TEMPORARY) !== 0 && directory) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'a temporary directory');
  }
  const birthTime = newTime(value.creationTime);
  const accessTime = newTime(value.lastAccessTime);
  const writeTime = newTime(value.lastWriteTime);
  const changeTime = newTime(value.changeTime);
  const isKept = keeps(open.tree.share, open.handle, 'dosAttributes');
  if (fileAttributes !== 0 && !isKept) await requireShown(fileAttributes, open);
  if (birthTime !== undefined && !isKept) await requireBorn(value.creationTime, open);
  const changes: VfsChanges = {
    ...(birthTime !== undefined && isKept && { birthTime }),
    ...(accessTime !== undefined && { accessTime }),
    ...(writeTime !== undefined && { writeTime }),
    ...(changeTime !== undefined && { changeTime }),
    ...(fileAttributes !== 0 && isKept && { attributes: await kept(fileAttributes, open) }),
  };
  if (Object.keys(changes).length > 0) await open.handle.set(changes);
  await setShownTimes(value, open, ctx);
  if (Object.keys(changes).length === 0) return;
  const filter =
    (birthTime !== undefined ? NotifyFilter.CREATION : 0) |
    (accessTime !== undefined ? NotifyFilter.LAST_ACCESS : 0) |
    (writeTime !== undefined ? NotifyFilter.LAST_WRITE : 0) |
    (fileAttributes !== 0 ? NotifyFilter.ATTRIBUTES : 0);
  ctx.server.changed(open, FileAction.MODIFIED, filter);
}

/**
 * Sets the times that the client has given. -1 stops the updates of a time, -2 lets them go on,
 * [MS-FSCC] 2.4.7.
 */
async function setShownTimes(
  { lastWriteTime, changeTime }: { lastWriteTime: Filetime; changeTime: Filetime },
  open: FileOpen,
  ctx: RequestContext,
): Promise<void> {
  const { times } = ctx.server;
  const writeTime = newTime(lastWriteTime);
  if (writeTime !== undefined) times.setWriteTime(open, writeTime);
  else if (lastWriteTime === FROZEN) {
    times.setWriteTime(open, times.seen(open, await open.handle.stat()).writeTime);
  } else if (lastWriteTime === THAWED) times.thaw(open);
  else await times.updateIfDelayed(open);
  const change = newTime(changeTime);
  if (change !== undefined) await times.setChangeTime(open, change);
  else if (changeTime === FROZEN) {
    await times.setChangeTime(open, times.seen(open, await open.handle.stat()).changeTime);
  } else if (changeTime === THAWED) open.changeTimeOf = undefined;
}

const FROZEN = 0xffff_ffff_ffff_ffffn;
const THAWED = 0xffff_ffff_ffff_fffen;

/**
 * The new attributes. SPARSE_FILE stays as it is: the client cannot change it here. [MS-FSA]
 * 2.1.5.15.2
 */
async function kept(attributes: number, open: FileOpen): Promise<number> {
  const { attributes: before } = await open.handle.stat();
  return (attributes & SETTABLE_ATTRIBUTES) | (before & FileAttributes.SPARSE_FILE);
}

/**
 * If the file system keeps no attributes, a client may set only those that the file shows anyway,
 * so that no attribute is accepted and then lost. One exception: a client may clear ARCHIVE, as
 * clients do when they copy a file. The file is then archived once more.
 */
async function requireShown(attributes: number, open: FileOpen): Promise<void> {
  const shown = wireAttributes(await open.handle.stat(), open.tree.share, open.path.at(-1));
  const differs = (attributes ^ shown) & PROMISED_ATTRIBUTES;
  if ((differs & ~(shown & FileAttributes.ARCHIVE)) === 0) return;
  throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'the file system keeps no attributes');
}

/**
 * If the file system keeps no creation time of a client, only the one that the file has anyway is
 * accepted.
 */
async function requireBorn(creationTime: Filetime, open: FileOpen): Promise<void> {
  const { birthTime } = await open.handle.stat();
  if (filetimeFromUnixNs(birthTime) === creationTime) return;
  throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'the file system keeps no creation time');
}

/** Attributes that a client relies on; the others are hints. [MS-FSCC] 2.6 */
const PROMISED_ATTRIBUTES =
  FileAttributes.READONLY | FileAttributes.HIDDEN | FileAttributes.SYSTEM | FileAttributes.ARCHIVE;

async function resize(size: bigint, open: FileOpen, ctx: RequestContext): Promise<void> {
  if (open.handle.kind === 'directory') throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'a directory');
  if (size > MAX_OFFSET) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'negative size');
  await ctx.server.fileEnds.inTurn(open.key, () => truncate(size, open, ctx));
  await resized(open, ctx);
}

function truncate(size: bigint, open: FileOpen, { server }: RequestContext): Promise<void> {
  return changeBytes(server, open, () => open.handle.truncate(size));
}

async function resized(open: FileOpen, { server }: RequestContext): Promise<void> {
  open.reserved = 0n;
  await server.times.update(open);
  server.dataChanged(open);
  tellOfOpen(server, 'write', open);
}

/**
 * An allocation size below the file's size truncates the file. A larger one reserves room. [MS-FSA]
 * 2.1.5.15.1
 */
async function setAllocation(
  { allocationSize }: { allocationSize: bigint },
  open: FileOpen,
  ctx: RequestContext,
): Promise<void> {
  if (open.handle.kind === 'directory' || allocationSize > MAX_OFFSET) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'allocation size');
  }
  const isCut = await ctx.server.fileEnds.inTurn(open.key, async () => {
    const looked = open.handle.stat();
    // If the back end answers at once, nothing can happen between reading the size and using it.
    const { size } = looked instanceof Promise ? await looked : looked;
    if (allocationSize < size) await truncate(allocationSize, open, ctx);
    else await changeBytes(ctx.server, open, () => open.handle.allocate(allocationSize));
    return allocationSize < size;
  });
  if (isCut) return resized(open, ctx);
  open.reserved = wholeClusters(allocationSize);
}

async function setEas(eas: readonly FullEa[], open: FileOpen, ctx: RequestContext): Promise<void> {
  if (!keeps(open.tree.share, open.handle, 'extendedAttributes')) {
    throw new StatusError(NtStatus.STATUS_EAS_NOT_SUPPORTED, 'no extended attributes');
  }
  // If one of the names is not a valid name, no attribute is set.
  for (const ea of eas) requireEaName(ea.name);
  for (const ea of eas) await open.handle.setEa(ea.name, ea.value);
  ctx.server.changed(open, FileAction.MODIFIED, NotifyFilter.EA);
}
