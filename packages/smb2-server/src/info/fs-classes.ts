import { type Codec, encode, filetimeFromUnixNs, guidFromBytes } from '@tsmbd/ms-dtyp';
import {
  FileSystemAttributes,
  FsInformationClass,
  fileFsAttributeInformation,
  fileFsControlInformation,
  fileFsDeviceInformation,
  fileFsFullSizeInformation,
  fileFsObjectIdInformation,
  fileFsSectorSizeInformation,
  fileFsSizeInformation,
  fileFsVolumeInformation,
  SectorSizeFlags,
} from '@tsmbd/smb2-codec';
import type { MaybePromise, VfsFeatures, VfsFsInfo, VfsHandle } from '@tsmbd/vfs-adapter';
import { type Share, shareKey } from '../config.ts';
import { keeps } from '../metadata/index.ts';
import type { FileOpen } from '../model/index.ts';

/** A class of QUERY_INFO about the file system, [MS-FSCC] 2.5. */
export interface FsClass {
  /** Bytes of the fixed part. */
  readonly fixed: number;
  query(open: FileOpen): MaybePromise<Uint8Array>;
}

/**
 * The share's root gives the volume its name. The sizes are those of the file system that the
 * opened file is on.
 */
interface Volume {
  readonly share: Share;
  /** Of the share's root. */
  readonly root: VfsFsInfo;
  /** Of the file that was opened. */
  readonly fs: VfsFsInfo;
  readonly handle: VfsHandle;
}

const SECTOR = 512;
const DEVICE_DISK = 0x07;
const DEVICE_IS_MOUNTED = 0x20;
const READ_ONLY_DEVICE = 0x02;

function fsClass<T>(fixed: number, codec: Codec<T>, value: (volume: Volume) => T): FsClass {
  return {
    fixed,
    query: async ({ tree: { share }, handle }) => {
      const root = await share.vfs!.statFs();
      const fs = handle.statFs === undefined ? root : await handle.statFs();
      return atLeast(fixed, encode(codec, value({ share, root, fs, handle })));
    },
  };
}

/**
 * Fills an answer up with zeros to `length` bytes. A volume label of two characters or fewer ends
 * before the structure's own size of 24 bytes, [MS-FSCC] 2.5.9, and smbclient's `volume` accepts no
 * answer shorter than that. The label's length does not count the zeros.
 */
function atLeast(length: number, bytes: Uint8Array): Uint8Array {
  if (bytes.length >= length) return bytes;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  return padded;
}

export const FS_CLASSES: ReadonlyMap<number, FsClass> = new Map([
  [
    FsInformationClass.FileFsVolumeInformation,
    fsClass(24, fileFsVolumeInformation, ({ share, root }) => ({
      volumeCreationTime: filetimeFromUnixNs(0n),
      volumeSerialNumber: serialNumber(share, root),
      supportsObjects: false,
      volumeLabel: share.volumeLabel,
    })),
  ],
  [
    FsInformationClass.FileFsSizeInformation,
    fsClass(24, fileFsSizeInformation, ({ fs }) => ({
      totalAllocationUnits: fs.totalBytes / BigInt(fs.blockSize),
      availableAllocationUnits: fs.availableBytes / BigInt(fs.blockSize),
      sectorsPerAllocationUnit: fs.blockSize / SECTOR,
      bytesPerSector: SECTOR,
    })),
  ],
  [
    FsInformationClass.FileFsDeviceInformation,
    fsClass(8, fileFsDeviceInformation, ({ share }) => ({
      deviceType: DEVICE_DISK,
      characteristics: DEVICE_IS_MOUNTED | (share.readOnly ? READ_ONLY_DEVICE : 0),
    })),
  ],
  [
    FsInformationClass.FileFsAttributeInformation,
    fsClass(16, fileFsAttributeInformation, ({ share, fs, handle }) => ({
      fileSystemAttributes: attributesOf(share, handle),
      maximumComponentNameLength: fs.maxNameLength,
      // Windows and its programs expect this name of a file system with these abilities.
      fileSystemName: 'NTFS',
    })),
  ],
  [
    FsInformationClass.FileFsControlInformation,
    fsClass(48, fileFsControlInformation, () => ({
      freeSpaceStartFiltering: 0n,
      freeSpaceThreshold: 0n,
      freeSpaceStopFiltering: 0n,
      defaultQuotaThreshold: 0xffff_ffff_ffff_ffffn,
      defaultQuotaLimit: 0xffff_ffff_ffff_ffffn,
      fileSystemControlFlags: 0,
    })),
  ],
  [
    FsInformationClass.FileFsFullSizeInformation,
    fsClass(32, fileFsFullSizeInformation, ({ fs }) => ({
      totalAllocationUnits: fs.totalBytes / BigInt(fs.blockSize),
      callerAvailableAllocationUnits: fs.availableBytes / BigInt(fs.blockSize),
      actualAvailableAllocationUnits: fs.freeBytes / BigInt(fs.blockSize),
      sectorsPerAllocationUnit: fs.blockSize / SECTOR,
      bytesPerSector: SECTOR,
    })),
  ],
  [
    FsInformationClass.FileFsObjectIdInformation,
    fsClass(64, fileFsObjectIdInformation, ({ share, root }) => ({
      objectId: guidFromBytes(volumeId(share, root)),
      extendedInfo: new Uint8Array(48),
    })),
  ],
  [
    FsInformationClass.FileFsSectorSizeInformation,
    fsClass(28, fileFsSectorSizeInformation, ({ share, fs, handle }) => ({
      logicalBytesPerSector: SECTOR,
      physicalBytesPerSectorForAtomicity: fs.blockSize,
      physicalBytesPerSectorForPerformance: fs.blockSize,
      fileSystemEffectivePhysicalBytesPerSectorForAtomicity: fs.blockSize,
      // SSINFO_FLAGS_ALIGNED_DEVICE | SSINFO_FLAGS_PARTITION_ALIGNED_ON_DEVICE
      flags: 0x3 | (keeps(share, handle, 'sparse') ? SectorSizeFlags.TRIM_ENABLED : 0),
      byteOffsetForSectorAlignment: 0,
      byteOffsetForPartitionAlignment: 0,
    })),
  ],
]);

function attributesOf(share: Share, handle: VfsHandle): number {
  const kept = (what: keyof VfsFeatures, attribute: number): number => (keeps(share, handle, what) ? attribute : 0);
  return (
    FileSystemAttributes.CASE_PRESERVED_NAMES |
    FileSystemAttributes.CASE_SENSITIVE_SEARCH |
    FileSystemAttributes.UNICODE_ON_DISK |
    kept('securityDescriptors', FileSystemAttributes.PERSISTENT_ACLS) |
    kept('streams', FileSystemAttributes.NAMED_STREAMS) |
    kept('sparse', FileSystemAttributes.SUPPORTS_SPARSE_FILES) |
    kept('blockCloning', FileSystemAttributes.SUPPORTS_BLOCK_REFCOUNTING) |
    kept('extendedAttributes', FileSystemAttributes.SUPPORTS_EXTENDED_ATTRIBUTES) |
    (share.readOnly ? FileSystemAttributes.READ_ONLY_VOLUME : 0)
  );
}

/**
 * 16 bytes that identify the volume. The same share on the same file system is the same volume,
 * also after a restart.
 */
function volumeId(share: Share, fs: VfsFsInfo): Uint8Array {
  const text = `${shareKey(share)}\0${fs.device}`;
  const id = new DataView(new ArrayBuffer(16));
  for (let part = 0; part < 4; part++) id.setUint32(part * 4, fnv1a(`${part}${text}`), true);
  return new Uint8Array(id.buffer);
}

/** FNV-1a over UTF-16 units. It names a volume and protects no secret. */
function fnv1a(text: string): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  return hash >>> 0;
}

function serialNumber(share: Share, fs: VfsFsInfo): number {
  const id = volumeId(share, fs);
  return new DataView(id.buffer, id.byteOffset, 4).getUint32(0, true);
}
