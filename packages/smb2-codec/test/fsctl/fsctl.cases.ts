import {
  bufferDescriptorV1List,
  compressionState,
  duplicateExtentsData,
  duplicateExtentsDataEx,
  fileAllocatedRange,
  fileAllocatedRanges,
  fileLevelTrim,
  fileLevelTrimOutput,
  fileSetSparseBuffer,
  fileZeroDataInformation,
  getIntegrityInformation,
  hashHeader,
  networkInterfaceInfo,
  networkResiliencyRequest,
  objectIdBuffer,
  offloadReadInput,
  offloadReadOutput,
  offloadWriteInput,
  offloadWriteOutput,
  pipePeekResponse,
  pipeWaitRequest,
  setIntegrityInformation,
  setIntegrityInformationEx,
  srvCopychunkCopy,
  srvCopychunkResponse,
  srvHashRetrieveFileBased,
  srvHashRetrieveHashBased,
  srvReadHashRequest,
  srvRequestResumeKeyResponse,
  srvSnapshotArray,
  validateNegotiateInfoRequest,
  validateNegotiateInfoResponse,
} from '@tsmbd/smb2-codec';
import { hex, testStructure } from '../support/structures.ts';

const GUID = '00112233-4455-6677-8899-aabbccddeeff';
const GUID_BYTES = '33221100554477668899aabbccddeeff';
const KEY = '000102030405060708090a0b0c0d0e0f1011121314151617';

testStructure({
  name: 'a VALIDATE_NEGOTIATE_INFO request [MS-SMB2 2.2.31.4]',
  codec: validateNegotiateInfoRequest,
  bytes: `7f000000 ${GUID_BYTES} 0100 0200 0202 1002`,
  value: { capabilities: 0x7f, guid: GUID, securityMode: 1, dialects: [0x0202, 0x0210] },
});
testStructure({
  name: 'a VALIDATE_NEGOTIATE_INFO response [MS-SMB2 2.2.32.6]',
  codec: validateNegotiateInfoResponse,
  bytes: `7f000000 ${GUID_BYTES} 0100 0203`,
  value: { capabilities: 0x7f, guid: GUID, securityMode: 1, dialect: 0x0302 },
});
testStructure({
  name: 'a list of interfaces [MS-SMB2 2.2.32.5]',
  codec: networkInterfaceInfo,
  bytes: `98000000 03000000 01000000 00000000 00ca9a3b00000000 0200 0000 c0000201 ${'00'.repeat(120)}
    00000000 03000000 01000000 00000000 00ca9a3b00000000 1700 01bd 00000000 fe800000000000000000000000000001 05000000
    ${'00'.repeat(100)}`,
  value: [
    {
      ifIndex: 3,
      capability: 1,
      linkSpeed: 1_000_000_000n,
      sockAddr: { family: 'ipv4', address: '192.0.2.1', port: 0 },
    },
    {
      ifIndex: 3,
      capability: 1,
      linkSpeed: 1_000_000_000n,
      sockAddr: { family: 'ipv6', address: 'fe80::1', port: 445, flowInfo: 0, scopeId: 5 },
    },
  ],
  alsoWhole: [0],
});
testStructure({
  name: 'a resume key [MS-SMB2 2.2.32.3]',
  codec: srvRequestResumeKeyResponse,
  bytes: `${KEY} 00000000`,
  value: { resumeKey: hex(KEY), context: hex('') },
});
testStructure({
  name: 'a copychunk request [MS-SMB2 2.2.31.1]',
  codec: srvCopychunkCopy,
  bytes: `${KEY} 01000000 00000000 0100000000000000 0200000000000000 03000000 00000000`,
  value: { sourceKey: hex(KEY), chunks: [{ sourceOffset: 1n, targetOffset: 2n, length: 3 }] },
});
testStructure({
  name: 'a copychunk response [MS-SMB2 2.2.32.1]',
  codec: srvCopychunkResponse,
  bytes: '01000000 02000000 03000000',
  value: { chunksWritten: 1, chunkBytesWritten: 2, totalBytesWritten: 3 },
});
testStructure({
  name: 'a PIPE_WAIT request [MS-FSCC 2.3]',
  codec: pipeWaitRequest,
  bytes: '8096980000000000 0c000000 01 00 730072007600730076006300',
  value: { timeout: 10_000_000n, timeoutSpecified: true, name: 'srvsvc' },
});
testStructure({
  name: 'a PIPE_PEEK response [MS-FSCC 2.3]',
  codec: pipePeekResponse,
  bytes: '03000000 02000000 01000000 02000000 aabb',
  value: {
    namedPipeState: 3,
    readDataAvailable: 2,
    numberOfMessages: 1,
    messageLength: 2,
    data: hex('aabb'),
  },
  enough: 16,
});
testStructure({
  name: 'a list of snapshots [MS-SMB2 2.2.32.2]',
  codec: srvSnapshotArray,
  bytes: '02000000 02000000 0a000000 6100 0000 6200 0000 0000',
  value: { numberOfSnapShots: 2, snapShotArraySize: 10, snapShots: ['a', 'b'] },
});
testStructure({
  name: 'the room that snapshots need [MS-SMB2 2.2.32.2]',
  codec: srvSnapshotArray,
  bytes: '02000000 00000000 0a000000',
  value: { numberOfSnapShots: 2, snapShotArraySize: 10, snapShots: [] },
});
testStructure({
  name: 'a resiliency request [MS-SMB2 2.2.31.3]',
  codec: networkResiliencyRequest,
  bytes: '60ea0000 00000000',
  value: { timeoutMs: 60_000 },
});
testStructure({
  name: 'a READ_HASH request [MS-SMB2 2.2.31.2]',
  codec: srvReadHashRequest,
  bytes: '01000000 02000000 02000000 00100000 0500000000000000',
  value: { hashType: 1, hashVersion: 2, hashRetrievalType: 2, length: 4096, offset: 5n },
});
testStructure({
  name: 'hashes by hash offset [MS-SMB2 2.2.32.4.2]',
  codec: srvHashRetrieveHashBased,
  bytes: '0100000000000000 02000000 00000000 aabb',
  value: { offset: 1n, buffer: hex('aabb') },
});
testStructure({
  name: 'hashes by file range [MS-SMB2 2.2.32.4.3]',
  codec: srvHashRetrieveFileBased,
  bytes: '0100000000000000 0200000000000000 02000000 00000000 aabb',
  value: { fileDataOffset: 1n, fileDataLength: 2n, buffer: hex('aabb') },
});
testStructure({
  name: 'a hash header [MS-SMB2 2.2.32.4.1]',
  codec: hashHeader,
  bytes: '01000000 02000000 0300000000000000 0400000000000000 02000000 26000000 0000 0200 6100 aabb',
  value: {
    hashType: 1,
    hashVersion: 2,
    sourceFileChangeTime: 3n,
    sourceFileSize: 4n,
    dirty: false,
    sourceFileName: 'a',
    hashBlob: hex('aabb'),
  },
});
testStructure({
  name: 'SET_SPARSE, true when there are no bytes [MS-FSCC 2.3]',
  codec: fileSetSparseBuffer,
  bytes: '00',
  value: { setSparse: false },
  alsoWhole: [0],
});
testStructure({
  name: 'SET_ZERO_DATA [MS-FSCC 2.3]',
  codec: fileZeroDataInformation,
  bytes: '0100000000000000 ffffffffffffffff',
  value: { fileOffset: 1n, beyondFinalZero: -1n },
});
testStructure({
  name: 'an allocated range [MS-FSCC 2.3]',
  codec: fileAllocatedRange,
  bytes: '0100000000000000 0200000000000000',
  value: { fileOffset: 1n, length: 2n },
});
testStructure({
  name: 'allocated ranges to the end of the buffer [MS-FSCC 2.3]',
  codec: fileAllocatedRanges,
  bytes: '0100000000000000 0200000000000000 0300000000000000 0400000000000000',
  value: [
    { fileOffset: 1n, length: 2n },
    { fileOffset: 3n, length: 4n },
  ],
  alsoWhole: [0, 16],
});
testStructure({
  name: 'a DUPLICATE_EXTENTS request [MS-FSCC 2.3.7.2]',
  codec: duplicateExtentsData,
  bytes: '1100000000000000 2200000000000000 0100000000000000 0200000000000000 0300000000000000',
  value: {
    sourceFileId: { persistent: 0x11n, volatile: 0x22n },
    sourceFileOffset: 1n,
    targetFileOffset: 2n,
    byteCount: 3n,
  },
});
testStructure({
  name: 'a DUPLICATE_EXTENTS_EX request [MS-FSCC 2.3.9.2]',
  codec: duplicateExtentsDataEx,
  bytes: `3000000000000000 1100000000000000 2200000000000000 0100000000000000 0200000000000000 0300000000000000
    01000000 00000000`,
  value: {
    sourceFileId: { persistent: 0x11n, volatile: 0x22n },
    sourceFileOffset: 1n,
    targetFileOffset: 2n,
    byteCount: 3n,
    flags: 1,
  },
});
testStructure({
  name: 'a FILE_LEVEL_TRIM request [MS-FSCC 2.3]',
  codec: fileLevelTrim,
  bytes: '00000000 01000000 0100000000000000 0200000000000000',
  value: { key: 0, ranges: [{ offset: 1n, length: 2n }] },
});
testStructure({
  name: 'a FILE_LEVEL_TRIM response [MS-FSCC 2.3]',
  codec: fileLevelTrimOutput,
  bytes: '01000000',
  value: { numRangesProcessed: 1 },
});
testStructure({
  name: 'a compression state [MS-FSCC 2.3]',
  codec: compressionState,
  bytes: '0200',
  value: { compressionState: 2 },
});
testStructure({
  name: 'integrity information [MS-FSCC 2.3]',
  codec: getIntegrityInformation,
  bytes: '0100 0000 01000000 00100000 00100000',
  value: { checksumAlgorithm: 1, flags: 1, checksumChunkSizeInBytes: 4096, clusterSizeInBytes: 4096 },
});
testStructure({
  name: 'integrity information to set [MS-FSCC 2.3]',
  codec: setIntegrityInformation,
  bytes: 'ffff 0000 01000000',
  value: { checksumAlgorithm: 0xffff, flags: 1 },
});
testStructure({
  name: 'integrity information to set, EX [MS-FSCC 2.3]',
  codec: setIntegrityInformationEx,
  bytes: '01 00 0000 01000000 01 00000000000000',
  value: { enableIntegrity: true, keepIntegrityStateUnchanged: false, flags: 1, version: 1 },
});
testStructure({
  name: 'an object id [MS-FSCC 2.1.3.1]',
  codec: objectIdBuffer,
  bytes: `${GUID_BYTES} ${GUID_BYTES} ${GUID_BYTES} 00000000000000000000000000000000`,
  value: {
    objectId: GUID,
    birthVolumeId: GUID,
    birthObjectId: GUID,
    domainId: '00000000-0000-0000-0000-000000000000',
  },
});
const TOKEN = 'ab'.repeat(512);
testStructure({
  name: 'an OFFLOAD_READ request [MS-FSCC 2.3]',
  codec: offloadReadInput,
  bytes: '20000000 00000000 60ea0000 00000000 0100000000000000 0200000000000000',
  value: { flags: 0, tokenTimeToLiveMs: 60_000, fileOffset: 1n, copyLength: 2n },
});
testStructure({
  name: 'an OFFLOAD_READ response [MS-FSCC 2.3]',
  codec: offloadReadOutput,
  bytes: `10020000 01000000 0200000000000000 ${TOKEN}`,
  value: { flags: 1, transferLength: 2n, token: hex(TOKEN) },
});
testStructure({
  name: 'an OFFLOAD_WRITE request [MS-FSCC 2.3]',
  codec: offloadWriteInput,
  bytes: `20020000 00000000 0100000000000000 0200000000000000 0300000000000000 ${TOKEN}`,
  value: { flags: 0, fileOffset: 1n, copyLength: 2n, transferOffset: 3n, token: hex(TOKEN) },
});
testStructure({
  name: 'an OFFLOAD_WRITE response [MS-FSCC 2.3]',
  codec: offloadWriteOutput,
  bytes: '10000000 00000000 0200000000000000',
  value: { flags: 0, lengthWritten: 2n },
});
testStructure({
  name: 'RDMA buffer descriptors [MS-SMBD 2.2.3.1]',
  codec: bufferDescriptorV1List,
  bytes: '0100000000000000 02000000 03000000',
  value: [{ offset: 1n, token: 2, length: 3 }],
  alsoWhole: [0],
});
