import { type Filetime, filetimeFromUnixNs } from '@tsmbd/ms-dtyp';
import { FileAttributes } from '@tsmbd/smb2-codec';
import type { VfsStat } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';

/**
 * Attributes that a client can give a new file, [MS-FSA] 2.1.5.1.1, or change, 2.1.5.15.2. PINNED
 * and UNPINNED say what the user wants of a file that may be kept elsewhere, and any user may set
 * them. RECALL_ON_OPEN and RECALL_ON_DATA_ACCESS say where the file is; only software that moves
 * files about may set these, and they are left out. [MS-FSCC] 2.6
 */
export const SETTABLE_ATTRIBUTES =
  FileAttributes.READONLY |
  FileAttributes.HIDDEN |
  FileAttributes.SYSTEM |
  FileAttributes.ARCHIVE |
  FileAttributes.TEMPORARY |
  FileAttributes.OFFLINE |
  FileAttributes.NOT_CONTENT_INDEXED |
  FileAttributes.NO_SCRUB_DATA |
  FileAttributes.PINNED |
  FileAttributes.UNPINNED;

/**
 * The number by which clients know the file: FileId, IndexNumber. Each file in the share has a
 * number of its own. [MS-FSCC] 2.1.9
 */
export function fileIdOf({ fileId, inode }: VfsStat): bigint {
  return fileId ?? inode;
}

/**
 * The values that CREATE, CLOSE, FileNetworkOpenInformation and listings have in common, in the
 * form for the wire.
 */
export interface NetworkOpenValues {
  readonly creationTime: Filetime;
  readonly lastAccessTime: Filetime;
  readonly lastWriteTime: Filetime;
  readonly changeTime: Filetime;
  readonly allocationSize: bigint;
  readonly endOfFile: bigint;
  readonly fileAttributes: number;
}

/**
 * @param reserved what the open has reserved: a CREATE response shows it, although a back end
 *   counts nothing for an empty file
 */
export function networkOpenValues(stat: VfsStat, share: Share, name = '', reserved = 0n): NetworkOpenValues {
  return {
    creationTime: filetimeFromUnixNs(stat.birthTime),
    lastAccessTime: filetimeFromUnixNs(stat.accessTime),
    lastWriteTime: filetimeFromUnixNs(stat.writeTime),
    changeTime: filetimeFromUnixNs(stat.changeTime),
    allocationSize: shownAllocation(stat, reserved),
    endOfFile: stat.kind === 'directory' ? 0n : stat.size,
    fileAttributes: wireAttributes(stat, share, name),
  };
}

/**
 * AllocationSize as it is told through an open that has reserved so many bytes: of an empty file
 * those count, and of another a block or two, which a back end cannot tell from what it keeps
 * beside the bytes.
 */
export function shownAllocation({ kind, size, allocationSize }: VfsStat, reserved: bigint): bigint {
  if (kind === 'directory') return 0n;
  if (reserved <= allocationSize) return allocationSize;
  return size === 0n || reserved - allocationSize <= UNCOUNTED ? reserved : allocationSize;
}

/** Rounds up to whole clusters, as AllocationSize is. */
export function wholeClusters(bytes: bigint): bigint {
  return ((bytes + CLUSTER - 1n) / CLUSTER) * CLUSTER;
}

const CLUSTER = 4096n;
const UNCOUNTED = 2n * CLUSTER;

/**
 * FILE_ATTRIBUTE_* in the form for the wire: NORMAL when no other attribute is set. [MS-FSCC] 2.6
 */
export function wireAttributes(stat: VfsStat, share: Share, name = ''): number {
  let attributes = stat.attributes;
  if (stat.kind === 'directory') attributes |= FileAttributes.DIRECTORY;
  if (stat.kind === 'symlink') attributes |= FileAttributes.REPARSE_POINT;
  if (share.hideDotFiles && name.startsWith('.') && name !== '.' && name !== '..') attributes |= FileAttributes.HIDDEN;
  if (share.hideFiles?.(name) === true) attributes |= FileAttributes.HIDDEN;
  return attributes === 0 ? FileAttributes.NORMAL : attributes;
}
