import type { Codec, Writer } from '@tsmbd/ms-dtyp';
import {
  FileInformationClass,
  fileBothDirectoryInformation,
  fileDirectoryInformation,
  fileFullDirectoryInformation,
  fileIdBothDirectoryInformation,
  fileIdExtdDirectoryInformation,
  fileIdFullDirectoryInformation,
  fileNamesInformation,
} from '@tsmbd/smb2-codec';
import type { VfsDirEntry } from '@tsmbd/vfs-adapter';
import type { Share } from '../config.ts';
import { networkOpenValues } from '../file-values.ts';

/** A class that QUERY_DIRECTORY answers, [MS-FSCC] 2.4. */
export interface DirectoryClass {
  /** Bytes of an entry before its name. */
  readonly fixed: number;
  /** Writes one entry whose NextEntryOffset is 0. */
  encode(w: Writer, entry: VfsDirEntry, share: Share, fileIndex: number): void;
}

const NO_BYTES = '';

function directoryClass<T>(
  fixed: number,
  codec: Codec<T>,
  value: (entry: VfsDirEntry, share: Share, fileIndex: number) => T,
): DirectoryClass {
  return { fixed, encode: (w, entry, share, fileIndex) => codec.encode(w, value(entry, share, fileIndex)) };
}

/** What all listing classes but the bare names have. FileIndex is 0: positions in this file system mean nothing. */
function common(entry: VfsDirEntry, share: Share) {
  return { fileIndex: 0, ...networkOpenValues(entry.stat, share, entry.name), fileName: entry.name };
}

export const DIRECTORY_CLASSES: ReadonlyMap<number, DirectoryClass> = new Map([
  [
    FileInformationClass.FileDirectoryInformation,
    directoryClass(64, fileDirectoryInformation, (entry, share) => common(entry, share)),
  ],
  [
    FileInformationClass.FileFullDirectoryInformation,
    directoryClass(68, fileFullDirectoryInformation, (entry, share) => ({ ...common(entry, share), eaSize: 0 })),
  ],
  [
    FileInformationClass.FileIdFullDirectoryInformation,
    directoryClass(80, fileIdFullDirectoryInformation, (entry, share) => ({
      ...common(entry, share),
      eaSize: 0,
      fileId: entry.stat.inode,
    })),
  ],
  [
    FileInformationClass.FileBothDirectoryInformation,
    directoryClass(94, fileBothDirectoryInformation, (entry, share) => ({
      ...common(entry, share),
      eaSize: 0,
      shortName: NO_BYTES,
    })),
  ],
  [
    FileInformationClass.FileIdBothDirectoryInformation,
    directoryClass(104, fileIdBothDirectoryInformation, (entry, share) => ({
      ...common(entry, share),
      eaSize: 0,
      shortName: NO_BYTES,
      fileId: entry.stat.inode,
    })),
  ],
  [
    FileInformationClass.FileIdExtdDirectoryInformation,
    directoryClass(88, fileIdExtdDirectoryInformation, (entry, share) => ({
      ...common(entry, share),
      eaSize: 0,
      reparsePointTag: 0,
      fileId: fileId128(entry.stat.inode),
    })),
  ],
  [
    FileInformationClass.FileNamesInformation,
    directoryClass(12, fileNamesInformation, (entry) => ({ fileIndex: 0, fileName: entry.name })),
  ],
]);

/** A 128-bit FileId: the inode, and zeros. [MS-FSCC] 2.4.17 */
export function fileId128(inode: bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, inode, true);
  return bytes;
}
