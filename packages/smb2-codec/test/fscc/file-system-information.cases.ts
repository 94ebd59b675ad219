import {
  fileFsAttributeInformation,
  fileFsControlInformation,
  fileFsDeviceInformation,
  fileFsFullSizeInformation,
  fileFsLabelInformation,
  fileFsObjectIdInformation,
  fileFsPosixInformation,
  fileFsSectorSizeInformation,
  fileFsSizeInformation,
  fileFsVolumeInformation,
} from '@tsmbd/smb2-codec';
import { hex, testStructure } from '../support/structures.ts';

testStructure({
  name: 'FileFsVolumeInformation [MS-FSCC 2.5.9]',
  codec: fileFsVolumeInformation,
  bytes: '0100000000000000 78563412 04000000 01 00 61006200',
  value: { volumeCreationTime: 1n, volumeSerialNumber: 0x1234_5678, supportsObjects: true, volumeLabel: 'ab' },
});
testStructure({
  name: 'FileFsLabelInformation [MS-FSCC 2.5.5]',
  codec: fileFsLabelInformation,
  bytes: '04000000 61006200',
  value: { volumeLabel: 'ab' },
});
testStructure({
  name: 'FileFsSizeInformation [MS-FSCC 2.5.8]',
  codec: fileFsSizeInformation,
  bytes: '0100000000000000 0200000000000000 08000000 00020000',
  value: { totalAllocationUnits: 1n, availableAllocationUnits: 2n, sectorsPerAllocationUnit: 8, bytesPerSector: 512 },
});
testStructure({
  name: 'FileFsFullSizeInformation [MS-FSCC 2.5.4]',
  codec: fileFsFullSizeInformation,
  bytes: '0100000000000000 0200000000000000 0300000000000000 08000000 00020000',
  value: {
    totalAllocationUnits: 1n,
    callerAvailableAllocationUnits: 2n,
    actualAvailableAllocationUnits: 3n,
    sectorsPerAllocationUnit: 8,
    bytesPerSector: 512,
  },
});
testStructure({
  name: 'FileFsDeviceInformation [MS-FSCC 2.5.10]',
  codec: fileFsDeviceInformation,
  bytes: '07000000 20000000',
  value: { deviceType: 7, characteristics: 0x20 },
});
testStructure({
  name: 'FileFsAttributeInformation [MS-FSCC 2.5.1]',
  codec: fileFsAttributeInformation,
  bytes: '4f000400 ff000000 08000000 4e00540046005300',
  value: { fileSystemAttributes: 0x0004_004f, maximumComponentNameLength: 255, fileSystemName: 'NTFS' },
});
testStructure({
  name: 'FileFsControlInformation [MS-FSCC 2.5.2]',
  codec: fileFsControlInformation,
  bytes: `0000000000000000 0000000000000000 0000000000000000 0100000000000000 ffffffffffffffff 03000000 00000000`,
  value: {
    freeSpaceStartFiltering: 0n,
    freeSpaceThreshold: 0n,
    freeSpaceStopFiltering: 0n,
    defaultQuotaThreshold: 1n,
    defaultQuotaLimit: 0xffff_ffff_ffff_ffffn,
    fileSystemControlFlags: 3,
  },
});
testStructure({
  name: 'FileFsObjectIdInformation [MS-FSCC 2.5.6]',
  codec: fileFsObjectIdInformation,
  bytes: `33221100554477668899aabbccddeeff ${'00'.repeat(48)}`,
  value: { objectId: '00112233-4455-6677-8899-aabbccddeeff', extendedInfo: hex('00'.repeat(48)) },
});
testStructure({
  name: 'FileFsSectorSizeInformation [MS-FSCC 2.5.7]',
  codec: fileFsSectorSizeInformation,
  bytes: '00020000 00100000 00100000 00100000 03000000 00000000 00000000',
  value: {
    logicalBytesPerSector: 512,
    physicalBytesPerSectorForAtomicity: 4096,
    physicalBytesPerSectorForPerformance: 4096,
    fileSystemEffectivePhysicalBytesPerSectorForAtomicity: 4096,
    flags: 3,
    byteOffsetForSectorAlignment: 0,
    byteOffsetForPartitionAlignment: 0,
  },
});
testStructure({
  name: 'FileFsPosixInformation',
  codec: fileFsPosixInformation,
  bytes: `00001000 00100000 0100000000000000 0200000000000000 0300000000000000 0400000000000000 0500000000000000
    0600000000000000`,
  value: {
    optimalTransferSize: 0x10_0000,
    blockSize: 4096,
    totalBlocks: 1n,
    blocksAvail: 2n,
    userBlocksAvail: 3n,
    totalFileNodes: 4n,
    freeFileNodes: 5n,
    fileSysIdentifier: 6n,
  },
});
