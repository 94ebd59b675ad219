import {
  defectManagement,
  encryptionOperation,
  fileRegionInput,
  fileRegionOutput,
  fileSystemStatistics,
  filesBySid,
  findFilesBySid,
  ntfsVolumeData,
  objectIdExtendedInfo,
  pathnameRequest,
  readFileUsnData,
  retrievalPointerCount,
  retrievalPointers,
  sharedVirtualDiskSupport,
  sisCopyfile,
  sparingInfo,
  startingVcn,
  usnCloseRecord,
  usnRecord,
} from '@tsmbd/smb2-codec';
import { hex, testStructure } from '../support/structures.ts';

testStructure({
  name: 'a USN_RECORD of version 2 [MS-FSCC 2.3]',
  codec: usnRecord,
  bytes: `40000000 0200 0000 0500000000000100 0600000000000200 0700000000000000 0800000000000000
    00000080 00000000 09000000 20000000 0400 3c00 61006200`,
  value: {
    majorVersion: 2,
    minorVersion: 0,
    fileReferenceNumber: 0x1_0000_0000_0005n,
    parentFileReferenceNumber: 0x2_0000_0000_0006n,
    usn: 7n,
    timeStamp: 8n,
    reason: 0x8000_0000,
    sourceInfo: 0,
    securityId: 9,
    fileAttributes: 0x20,
    fileName: 'ab',
  },
});
testStructure({
  name: 'a USN_RECORD of version 3, padded to a multiple of 8 [MS-FSCC 2.3]',
  codec: usnRecord,
  bytes: `50000000 0300 0000 05000000000001000100000000000000 06000000000002000000000000000000
    0700000000000000 0800000000000000 00000080 00000000 09000000 20000000 0200 4c00 6100 0000`,
  value: {
    majorVersion: 3,
    minorVersion: 0,
    fileReferenceNumber: 0x1_0001_0000_0000_0005n,
    parentFileReferenceNumber: 0x2_0000_0000_0006n,
    usn: 7n,
    timeStamp: 8n,
    reason: 0x8000_0000,
    sourceInfo: 0,
    securityId: 9,
    fileAttributes: 0x20,
    fileName: 'a',
  },
});
testStructure({
  name: 'FILESYSTEM_STATISTICS of one processor [MS-FSCC 2.3]',
  codec: fileSystemStatistics,
  bytes: `0100 0100 40000000 01000000 02000000 03000000 04000000 05000000 06000000
    07000000 08000000 09000000 0a000000 0b000000 0c000000 ffff000000000000`,
  value: [
    {
      fileSystemType: 1,
      version: 1,
      counters: {
        userFileReads: 1,
        userFileReadBytes: 2,
        userDiskReads: 3,
        userFileWrites: 4,
        userFileWriteBytes: 5,
        userDiskWrites: 6,
        metaDataReads: 7,
        metaDataReadBytes: 8,
        metaDataDiskReads: 9,
        metaDataWrites: 10,
        metaDataWriteBytes: 11,
        metaDataDiskWrites: 12,
      },
      specific: hex('ffff000000000000'),
    },
  ],
  alsoWhole: [0],
});
testStructure({
  name: 'a FILE_REGION_INPUT [MS-FSCC 2.3]',
  codec: fileRegionInput,
  bytes: '0010000000000000 0020000000000000 01000000 00000000',
  value: { fileOffset: 4096n, length: 8192n, usage: 1 },
});
testStructure({
  name: 'a FILE_REGION_OUTPUT with one of two regions [MS-FSCC 2.3]',
  codec: fileRegionOutput,
  bytes: '00000000 02000000 01000000 00000000 0000000000000000 0010000000000000 02000000 00000000',
  value: { flags: 0, totalRegionEntryCount: 2, regions: [{ fileOffset: 0n, length: 4096n, usage: 2 }] },
});
testStructure({
  name: 'a FIND_FILES_BY_SID request [MS-FSCC 2.3]',
  codec: findFilesBySid,
  bytes: '01000000 01 01 000000000005 12000000',
  value: { restart: 1, sid: 'S-1-5-18' },
});
testStructure({
  name: 'a FIND_FILES_BY_SID response: names at multiples of 8 [MS-FSCC 2.3]',
  codec: filesBySid,
  bytes: '06000000 610062006300 000000000000 02000000 6400',
  value: ['abc', 'd'],
  alsoWhole: [0, 10, 11, 12, 13, 14, 15, 16],
});
testStructure({
  name: 'an NTFS_VOLUME_DATA_BUFFER [MS-FSCC 2.3]',
  codec: ntfsVolumeData,
  bytes: `0100000000000000 0200000000000000 0300000000000000 0400000000000000 0500000000000000
    00020000 00100000 00040000 00000000
    0600000000000000 0700000000000000 0800000000000000 0900000000000000 0a00000000000000`,
  value: {
    volumeSerialNumber: 1n,
    numberSectors: 2n,
    totalClusters: 3n,
    freeClusters: 4n,
    totalReserved: 5n,
    bytesPerSector: 512,
    bytesPerCluster: 4096,
    bytesPerFileRecordSegment: 1024,
    clustersPerFileRecordSegment: 0,
    mftValidDataLength: 6n,
    mftStartLcn: 7n,
    mft2StartLcn: 8n,
    mftZoneStart: 9n,
    mftZoneEnd: 10n,
  },
});
testStructure({
  name: 'retrieval pointers [MS-FSCC 2.3]',
  codec: retrievalPointers,
  bytes: '01000000 00000000 0000000000000000 1000000000000000 ffffffffffffffff',
  value: { startingVcn: 0n, extents: [{ nextVcn: 16n, lcn: -1n }] },
});
testStructure({
  name: 'a starting VCN [MS-FSCC 2.3]',
  codec: startingVcn,
  bytes: '0500000000000000',
  value: { startingVcn: 5n },
});
testStructure({
  name: 'a retrieval pointer count [MS-FSCC 2.3]',
  codec: retrievalPointerCount,
  bytes: '05000000',
  value: { extentCount: 5 },
});
testStructure({
  name: 'a path name to be checked [MS-FSCC 2.3]',
  codec: pathnameRequest,
  bytes: '04000000 61006200',
  value: { pathName: 'ab' },
});
testStructure({
  name: 'an SI_COPYFILE [MS-FSCC 2.3]',
  codec: sisCopyfile,
  bytes: '04000000 06000000 02000000 61000000 620063000000',
  value: { flags: 2, sourceFileName: 'a\0', destinationFileName: 'bc\0' },
});
testStructure({
  name: 'sparing information [MS-FSCC 2.3]',
  codec: sparingInfo,
  bytes: '00800000 01 000000 02000000 01000000',
  value: { sparingUnitBytes: 32_768, softwareSparing: true, totalSpareBlocks: 2, freeSpareBlocks: 1 },
});
testStructure({
  name: 'support of shared virtual disks [MS-RSVD 2.2]',
  codec: sharedVirtualDiskSupport,
  bytes: '01000000 03000000',
  value: { sharedVirtualDiskSupport: 1, sharedVirtualDiskHandleState: 3 },
});
testStructure({
  name: 'the versions of a READ_FILE_USN_DATA [MS-FSCC 2.3]',
  codec: readFileUsnData,
  bytes: '0200 0300',
  value: { minMajorVersion: 2, maxMajorVersion: 3 },
});
testStructure({ name: 'a USN [MS-FSCC 2.3]', codec: usnCloseRecord, bytes: '0900000000000000', value: { usn: 9n } });
testStructure({
  name: 'defect management [MS-FSCC 2.3]',
  codec: defectManagement,
  bytes: '01',
  value: { disable: true },
});
testStructure({
  name: 'an ENCRYPTION_BUFFER [MS-FSCC 2.3]',
  codec: encryptionOperation,
  bytes: '01000000 00',
  value: { encryptionOperation: 1, isPrivate: 0 },
});
testStructure({
  name: 'extended information of an object id [MS-FSCC 2.3]',
  codec: objectIdExtendedInfo,
  bytes: 'ab'.repeat(48),
  value: { extendedInfo: hex('ab'.repeat(48)) },
});
