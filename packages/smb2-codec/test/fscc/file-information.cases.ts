import {
  fileAccessInformation,
  fileAlignmentInformation,
  fileAllInformation,
  fileAllocationInformation,
  fileAlternateNameInformation,
  fileAttributeTagInformation,
  fileBasicInformation,
  fileCaseSensitiveInformation,
  fileCompressionInformation,
  fileDispositionInformation,
  fileDispositionInformationEx,
  fileEaInformation,
  fileEndOfFileInformation,
  fileIdInformation,
  fileInternalInformation,
  fileLinkInformation,
  fileLinkInformationEx,
  fileModeInformation,
  fileNameInformation,
  fileNetworkOpenInformation,
  fileNormalizedNameInformation,
  filePipeInformation,
  filePipeLocalInformation,
  filePipeRemoteInformation,
  filePositionInformation,
  filePosixInformation,
  fileRenameInformation,
  fileRenameInformationEx,
  fileReparsePointInformation,
  fileShortNameInformation,
  fileStandardInformation,
  fileStandardLinkInformation,
  fileStatInformation,
  fileStatLxInformation,
  fileValidDataLengthInformation,
} from '@tsmbd/smb2-codec';
import { hex, testStructure } from '../support/structures.ts';

const TIMES = '0100000000000000 0200000000000000 0300000000000000 0400000000000000';
const times = { creationTime: 1n, lastAccessTime: 2n, lastWriteTime: 3n, changeTime: 4n };

testStructure({
  name: 'FileBasicInformation [MS-FSCC 2.4.7]',
  codec: fileBasicInformation,
  bytes: `${TIMES} 20000000 00000000`,
  value: { ...times, fileAttributes: 0x20 },
});
testStructure({
  name: 'FileStandardInformation [MS-FSCC 2.4]',
  codec: fileStandardInformation,
  bytes: '0010000000000000 0500000000000000 02000000 01 00 0000',
  value: { allocationSize: 4096n, endOfFile: 5n, numberOfLinks: 2, deletePending: true, directory: false },
});
testStructure({
  name: 'FileAllInformation [MS-FSCC 2.4.2]',
  codec: fileAllInformation,
  bytes: `${TIMES} 20000000 00000000 0010000000000000 0500000000000000 01000000 00 01 0000
    0700000000000000 08000000 89001200 0900000000000000 10000000 03000000 04000000 5c006100`,
  value: {
    basic: { ...times, fileAttributes: 0x20 },
    standard: { allocationSize: 4096n, endOfFile: 5n, numberOfLinks: 1, deletePending: false, directory: true },
    indexNumber: 7n,
    eaSize: 8,
    accessFlags: 0x0012_0089,
    currentByteOffset: 9n,
    mode: 0x10,
    alignmentRequirement: 3,
    fileName: '\\a',
  },
});
testStructure({
  name: 'FileNetworkOpenInformation [MS-FSCC 2.4]',
  codec: fileNetworkOpenInformation,
  bytes: `${TIMES} 0010000000000000 0500000000000000 20000000 00000000`,
  value: { ...times, allocationSize: 4096n, endOfFile: 5n, fileAttributes: 0x20 },
});
testStructure({
  name: 'FileCompressionInformation [MS-FSCC 2.4.9]',
  codec: fileCompressionInformation,
  bytes: '0500000000000000 0200 10 0c 0b 000000',
  value: { compressedFileSize: 5n, compressionFormat: 2, compressionUnitShift: 16, chunkShift: 12, clusterShift: 11 },
});
testStructure({
  name: 'FileAttributeTagInformation [MS-FSCC 2.4.6]',
  codec: fileAttributeTagInformation,
  bytes: '00040000 0c0000a0',
  value: { fileAttributes: 0x400, reparseTag: 0xa000_000c },
});
testStructure({
  name: 'FileIdInformation [MS-FSCC 2.4]',
  codec: fileIdInformation,
  bytes: '0100000000000000 000102030405060708090a0b0c0d0e0f',
  value: { volumeSerialNumber: 1n, fileId: hex('000102030405060708090a0b0c0d0e0f') },
});
testStructure({
  name: 'FileStandardLinkInformation [MS-FSCC 2.4]',
  codec: fileStandardLinkInformation,
  bytes: '01000000 02000000 00 01 0000',
  value: { numberOfAccessibleLinks: 1, totalNumberOfLinks: 2, deletePending: false, directory: true },
});
testStructure({
  name: 'FileReparsePointInformation [MS-FSCC 2.4]',
  codec: fileReparsePointInformation,
  bytes: '0100000000000000 030000a0',
  value: { fileReferenceNumber: 1n, tag: 0xa000_0003 },
});
testStructure({
  name: 'FilePipeInformation [MS-FSCC 2.4]',
  codec: filePipeInformation,
  bytes: '01000000 00000000',
  value: { readMode: 1, completionMode: 0 },
});
testStructure({
  name: 'FilePipeLocalInformation [MS-FSCC 2.4]',
  codec: filePipeLocalInformation,
  bytes: '01000000 02000000 ffffffff 04000000 05000000 06000000 07000000 08000000 03000000 01000000',
  value: {
    namedPipeType: 1,
    namedPipeConfiguration: 2,
    maximumInstances: 0xffff_ffff,
    currentInstances: 4,
    inboundQuota: 5,
    readDataAvailable: 6,
    outboundQuota: 7,
    writeQuotaAvailable: 8,
    namedPipeState: 3,
    namedPipeEnd: 1,
  },
});
testStructure({
  name: 'FilePipeRemoteInformation [MS-FSCC 2.4]',
  codec: filePipeRemoteInformation,
  bytes: '0100000000000000 00100000',
  value: { collectDataTime: 1n, maximumCollectionCount: 4096 },
});

for (const codec of [fileRenameInformation, fileLinkInformation]) {
  testStructure({
    name: `${codec.name} in the form of SMB2 [MS-FSCC 2.4]`,
    codec,
    bytes: '01 00000000000000 0000000000000000 04000000 61006200',
    value: { replaceIfExists: true, rootDirectory: 0n, fileName: 'ab' },
  });
}
for (const codec of [fileRenameInformationEx, fileLinkInformationEx]) {
  testStructure({
    name: codec.name,
    codec,
    bytes: '03000000 00000000 0000000000000000 04000000 61006200',
    value: { flags: 3, rootDirectory: 0n, fileName: 'ab' },
  });
}
for (const codec of [
  fileNameInformation,
  fileAlternateNameInformation,
  fileNormalizedNameInformation,
  fileShortNameInformation,
]) {
  testStructure({
    name: `${codec.name} [MS-FSCC 2.4]`,
    codec,
    bytes: '04000000 61006200',
    value: { fileName: 'ab' },
  });
}

testStructure({
  name: 'FilePosixInformation',
  codec: filePosixInformation,
  bytes: `${TIMES} 0500000000000000 0010000000000000 80000000 0700000000000000 08000000 00000000 01000000 00000000
    a4810000 0102`,
  value: {
    ...times,
    endOfFile: 5n,
    allocationSize: 4096n,
    fileAttributes: 0x80,
    inode: 7n,
    deviceId: 8,
    numberOfLinks: 1,
    reparseTag: 0,
    mode: 0o100644,
    sids: hex('0102'),
  },
  enough: 80,
});

// Classes of one field.
testStructure({ name: 'FileEaInformation', codec: fileEaInformation, bytes: '05000000', value: { eaSize: 5 } });
testStructure({
  name: 'FileAccessInformation [MS-FSCC 2.4.1]',
  codec: fileAccessInformation,
  bytes: 'ff011f00',
  value: { accessFlags: 0x001f_01ff },
});
testStructure({ name: 'FileModeInformation', codec: fileModeInformation, bytes: '05000000', value: { mode: 5 } });
testStructure({
  name: 'FileAlignmentInformation [MS-FSCC 2.4.3]',
  codec: fileAlignmentInformation,
  bytes: '05000000',
  value: { alignmentRequirement: 5 },
});
testStructure({
  name: 'FileDispositionInformation [MS-FSCC 2.4.11]',
  codec: fileDispositionInformation,
  bytes: '01',
  value: { deletePending: true },
});
testStructure({
  name: 'FileDispositionInformationEx',
  codec: fileDispositionInformationEx,
  bytes: '03000000',
  value: { flags: 3 },
});
testStructure({
  name: 'FileCaseSensitiveInformation',
  codec: fileCaseSensitiveInformation,
  bytes: '01000000',
  value: { flags: 1 },
});
testStructure({
  name: 'FileInternalInformation',
  codec: fileInternalInformation,
  bytes: '0500000000000000',
  value: { indexNumber: 5n },
});
testStructure({
  name: 'FilePositionInformation',
  codec: filePositionInformation,
  bytes: '0500000000000000',
  value: { currentByteOffset: 5n },
});
testStructure({
  name: 'FileAllocationInformation [MS-FSCC 2.4.4]',
  codec: fileAllocationInformation,
  bytes: '0500000000000000',
  value: { allocationSize: 5n },
});
testStructure({
  name: 'FileEndOfFileInformation',
  codec: fileEndOfFileInformation,
  bytes: '0500000000000000',
  value: { endOfFile: 5n },
});
testStructure({
  name: 'FileValidDataLengthInformation',
  codec: fileValidDataLengthInformation,
  bytes: '0500000000000000',
  value: { validDataLength: 5n },
});

const stat = {
  fileId: 7n,
  ...times,
  allocationSize: 4096n,
  endOfFile: 10n,
  fileAttributes: 0x20,
  reparseTag: 0,
  numberOfLinks: 2,
  effectiveAccess: 0x0012_0089,
};
const STAT = `0700000000000000 ${TIMES} 0010000000000000 0a00000000000000 20000000 00000000 02000000 89001200`;
testStructure({ name: 'FileStatInformation [MS-FSCC 2.4]', codec: fileStatInformation, bytes: STAT, value: stat });
testStructure({
  name: 'FileStatLxInformation [MS-FSCC 2.4]',
  codec: fileStatLxInformation,
  bytes: `${STAT} 07000000 e8030000 64000000 a4810000 00000000 00000000`,
  value: { ...stat, lxFlags: 7, lxUid: 1000, lxGid: 100, lxMode: 0o100644, lxDeviceIdMajor: 0, lxDeviceIdMinor: 0 },
});
