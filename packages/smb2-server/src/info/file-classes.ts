import { type Codec, encode } from '@tsmbd/ms-dtyp';
import { pendingLinks } from '@tsmbd/oplock-lease';
import {
  FileInformationClass,
  fileAccessInformation,
  fileAlignmentInformation,
  fileAllInformation,
  fileAlternateNameInformation,
  fileAttributeTagInformation,
  fileBasicInformation,
  fileCaseSensitiveInformation,
  fileCompressionInformation,
  fileEaInformation,
  fileIdInformation,
  fileInternalInformation,
  fileModeInformation,
  fileNameInformation,
  fileNetworkOpenInformation,
  filePipeInformation,
  filePipeLocalInformation,
  filePositionInformation,
  fileStandardInformation,
  fileStandardLinkInformation,
  fileStatInformation,
  fileStatLxInformation,
  fileStreamInformation,
  fullEaList,
  NtStatus,
  type QueryInfoRequest,
} from '@tsmbd/smb2-codec';
import { chain, type MaybePromise, type VfsEa, type VfsStat } from '@tsmbd/vfs-adapter';
import { StatusError } from '../errors.ts';
import { fileIdOf, keeps, networkOpenValues, seenLater, shownAllocation, wireAttributes } from '../metadata/index.ts';
import type { FileOpen, Open, RequestContext } from '../model/index.ts';
import { openedPath, withoutSnapshot } from '../names/index.ts';
import { alternateName } from './alternate-name.ts';
import { isDeletePending, statesOf } from './disposition.ts';
import { caseFlags, SYMLINK_TAG, statLxValues, statValues } from './stat-classes.ts';

/** A class of QUERY_INFO about a file, [MS-FSCC] 2.4. */
export interface FileClass {
  /** Bytes of the fixed part. */
  readonly fixed: number;
  /** Pipes answer this class too. */
  readonly pipes: boolean;
  query(open: FileOpen, ctx: RequestContext, request: QueryInfoRequest): MaybePromise<Uint8Array>;
}

type Value<T> = (open: FileOpen, stat: VfsStat, ctx: RequestContext) => MaybePromise<T>;

/** A class that is made of the file's metadata. */
function fileClass<T>(fixed: number, codec: Codec<T>, value: Value<T>): FileClass {
  return {
    fixed,
    pipes: false,
    query(open, ctx) {
      const seen = seenLater(ctx.server.times, open, open.handle.stat());
      return chain(seen, (stat) => chain(value(open, stat, ctx), (known) => encode(codec, known)));
    },
  };
}

function basic(open: FileOpen, stat: VfsStat) {
  const { creationTime, lastAccessTime, lastWriteTime, changeTime, fileAttributes } = networkOpenValues(
    stat,
    open.tree.share,
    open.path.at(-1),
  );
  return { creationTime, lastAccessTime, lastWriteTime, changeTime, fileAttributes };
}

function standard(open: FileOpen, stat: VfsStat, ctx: RequestContext) {
  const deletePending = isDeletePending(ctx.server, open);
  const directory = stat.kind === 'directory';
  return {
    allocationSize: shownAllocation(stat, open.reserved),
    endOfFile: directory ? 0n : stat.size,
    numberOfLinks: Math.max(0, (directory ? 1 : stat.linkCount) - linksGoing(open, ctx)),
    deletePending,
    directory,
  };
}

/**
 * How many names of the file, or of the open stream, are about to be deleted. The link count leaves
 * them out.
 */
function linksGoing(open: FileOpen, { server }: RequestContext): number {
  return statesOf(server, open).reduce((sum, state) => sum + pendingLinks(state), 0);
}

/** The name from the share's root, with a leading separator. [MS-FSCC] 2.4.32 */
async function fullName(open: FileOpen): Promise<string> {
  return `\\${withoutSnapshot(await open.handle.path()).join('\\')}`;
}

/**
 * The name by which the file was opened, or the name that it was renamed to since. The system is
 * not asked for it.
 */
function openedName(open: FileOpen): string {
  return `\\${openedPath(open)}`;
}

/**
 * Bytes that the file's extended attributes take as a FULL_EA list; 0 for none. [MS-FSCC] 2.4.13
 */
function eaSize(open: FileOpen, stat: VfsStat): MaybePromise<number> {
  if (!keeps(open.tree.share, open.handle, 'extendedAttributes')) return 0;
  return chain(open.handle.listEas(stat), sizeOfEas);
}

function sizeOfEas(eas: readonly VfsEa[]): number {
  if (eas.length === 0) return 0;
  return eas.reduce((sum, ea) => sum + 5 + ea.name.length + ea.value.length, 4);
}

export const FILE_CLASSES: ReadonlyMap<number, FileClass> = new Map<number, FileClass>([
  [FileInformationClass.FileBasicInformation, fileClass(40, fileBasicInformation, basic)],
  [
    FileInformationClass.FileStandardInformation,
    { ...fileClass(24, fileStandardInformation, standard), pipes: true, query: queryStandard },
  ],
  [
    FileInformationClass.FileInternalInformation,
    fileClass(8, fileInternalInformation, (_open, stat) => ({ indexNumber: fileIdOf(stat) })),
  ],
  [
    FileInformationClass.FileEaInformation,
    fileClass(4, fileEaInformation, (open, stat) => chain(eaSize(open, stat), (size) => ({ eaSize: size }))),
  ],
  [
    FileInformationClass.FileAccessInformation,
    fileClass(4, fileAccessInformation, (open) => ({ accessFlags: open.grantedAccess })),
  ],
  [
    FileInformationClass.FileNameInformation,
    fileClass(8, fileNameInformation, (open) => ({ fileName: openedName(open) })),
  ],
  [
    FileInformationClass.FileNormalizedNameInformation,
    fileClass(8, fileNameInformation, async (open) => ({ fileName: (await fullName(open)).slice(1) })),
  ],
  [
    FileInformationClass.FilePositionInformation,
    fileClass(8, filePositionInformation, (open) => ({ currentByteOffset: open.position })),
  ],
  [FileInformationClass.FileModeInformation, fileClass(4, fileModeInformation, (open) => ({ mode: open.mode }))],
  [
    FileInformationClass.FileAlignmentInformation,
    fileClass(4, fileAlignmentInformation, () => ({ alignmentRequirement: 0 })),
  ],
  [
    FileInformationClass.FileAllInformation,
    fileClass(104, fileAllInformation, (open, stat, ctx) =>
      chain(eaSize(open, stat), (size) => ({
        basic: basic(open, stat),
        standard: standard(open, stat, ctx),
        indexNumber: fileIdOf(stat),
        eaSize: size,
        accessFlags: open.grantedAccess,
        currentByteOffset: open.position,
        mode: open.mode,
        alignmentRequirement: 0,
        fileName: openedName(open),
      })),
    ),
  ],
  [
    FileInformationClass.FileNetworkOpenInformation,
    fileClass(56, fileNetworkOpenInformation, (open, stat) =>
      networkOpenValues(stat, open.tree.share, open.path.at(-1), open.reserved),
    ),
  ],
  [
    FileInformationClass.FileAttributeTagInformation,
    fileClass(8, fileAttributeTagInformation, (open, stat) => ({
      fileAttributes: wireAttributes(stat, open.tree.share, open.path.at(-1)),
      reparseTag: stat.kind === 'symlink' ? SYMLINK_TAG : 0,
    })),
  ],
  [
    FileInformationClass.FileCompressionInformation,
    fileClass(16, fileCompressionInformation, (_open, stat) => ({
      compressedFileSize: stat.kind === 'directory' ? 0n : stat.size,
      compressionFormat: 0,
      compressionUnitShift: 0,
      chunkShift: 0,
      clusterShift: 0,
    })),
  ],
  [
    FileInformationClass.FileIdInformation,
    fileClass(24, fileIdInformation, (_open, stat) => ({
      volumeSerialNumber: stat.device,
      fileId: fileId128(fileIdOf(stat)),
    })),
  ],
  [
    FileInformationClass.FileStreamInformation,
    fileClass(32, fileStreamInformation, async (open, stat) => {
      const file = open.handle.file === undefined ? stat : await open.handle.file.stat();
      const named = await open.handle.listStreams();
      const streams = named.map(({ name, size }) => ({
        streamSize: BigInt(size),
        streamAllocationSize: BigInt(size),
        streamName: `:${name}:$DATA`,
      }));
      // The unnamed stream; directories have none. [MS-FSCC] 2.4.49
      const { size, allocationSize } = file;
      const main = { streamSize: size, streamAllocationSize: allocationSize, streamName: '::$DATA' };
      return file.kind === 'directory' ? streams : [main, ...streams];
    }),
  ],
  [
    FileInformationClass.FileAlternateNameInformation,
    // [MS-FSCC] 2.4.4: the fixed part has two bytes of the name, and is padded to 8.
    fileClass(8, fileAlternateNameInformation, async ({ handle, tree }) => ({
      fileName: alternateName((await (handle.file ?? handle).path()).at(-1) ?? '', tree.share),
    })),
  ],
  [
    FileInformationClass.FileStandardLinkInformation,
    fileClass(12, fileStandardLinkInformation, (open, stat, ctx) => {
      const { numberOfLinks, deletePending, directory } = standard(open, stat, ctx);
      const totalNumberOfLinks = directory ? 1 : stat.linkCount;
      return { numberOfAccessibleLinks: numberOfLinks, totalNumberOfLinks, deletePending, directory };
    }),
  ],
  [
    FileInformationClass.FileStatInformation,
    fileClass(72, fileStatInformation, (open, stat, ctx) =>
      statValues(open, stat, standard(open, stat, ctx).numberOfLinks),
    ),
  ],
  [
    FileInformationClass.FileStatLxInformation,
    fileClass(96, fileStatLxInformation, (open, stat, ctx) =>
      statLxValues(open, stat, standard(open, stat, ctx).numberOfLinks),
    ),
  ],
  [
    FileInformationClass.FileCaseSensitiveInformation,
    fileClass(4, fileCaseSensitiveInformation, (open) => ({ flags: caseFlags(open) })),
  ],
  [FileInformationClass.FileFullEaInformation, { fixed: 0, pipes: false, query: queryEas }],
  [
    FileInformationClass.FilePipeInformation,
    {
      fixed: 8,
      pipes: true,
      // FILE_PIPE_MESSAGE_MODE, FILE_PIPE_QUEUE_OPERATION. [MS-FSCC] 2.4.35
      query: (open) => onlyPipe(open, () => encode(filePipeInformation, { readMode: 1, completionMode: 0 })),
    },
  ],
  [
    FileInformationClass.FilePipeLocalInformation,
    {
      fixed: 40,
      pipes: true,
      query: (open) =>
        onlyPipe(open, (pipe) =>
          encode(filePipeLocalInformation, {
            namedPipeType: 1,
            namedPipeConfiguration: 2,
            maximumInstances: 0xffff_ffff,
            currentInstances: 1,
            inboundQuota: 4096,
            readDataAvailable: pipe.pipe.available,
            outboundQuota: 4096,
            writeQuotaAvailable: 4096,
            // FILE_PIPE_CONNECTED_STATE, FILE_PIPE_SERVER_END's opposite.
            namedPipeState: 3,
            namedPipeEnd: 0,
          }),
        ),
    },
  ],
]);

/** A 128-bit FileId: the 64-bit FileId followed by zeros, as on NTFS. [MS-FSCC] 2.1.10 */
function fileId128(fileId: bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, fileId, true);
  return bytes;
}

function onlyPipe(open: Open, value: (open: Extract<Open, { kind: 'pipe' }>) => Uint8Array): Uint8Array {
  if (open.kind !== 'pipe') throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'not a pipe');
  return value(open);
}

/** Clients ask for this class on pipes too. */
async function queryStandard(open: Open, ctx: RequestContext): Promise<Uint8Array> {
  if (open.kind === 'file') return encode(fileStandardInformation, standard(open, await open.handle.stat(), ctx));
  return encode(fileStandardInformation, {
    allocationSize: 4096n,
    endOfFile: 0n,
    numberOfLinks: 1,
    deletePending: true,
    directory: false,
  });
}

async function queryEas(open: FileOpen): Promise<Uint8Array> {
  if (!keeps(open.tree.share, open.handle, 'extendedAttributes')) {
    throw new StatusError(NtStatus.STATUS_EAS_NOT_SUPPORTED, 'no extended attributes');
  }
  const eas = await open.handle.listEas();
  if (eas.length === 0) throw new StatusError(NtStatus.STATUS_NO_EAS_ON_FILE, 'no extended attributes');
  return encode(
    fullEaList,
    eas.map((ea) => ({ flags: 0, name: ea.name, value: ea.value })),
  );
}
