import { NULL_GUID } from '@tsmbd/ms-dtyp';
import {
  aaplRequest,
  aaplResponse,
  allocationSize,
  appInstanceId,
  appInstanceVersion,
  durableHandleReconnect,
  durableHandleReconnectV2,
  durableHandleRequest,
  durableHandleRequestV2,
  durableHandleResponse,
  durableHandleResponseV2,
  eaBuffer,
  lease,
  posixCreateRequest,
  posixCreateResponse,
  queryMaximalAccessRequest,
  queryMaximalAccessResponse,
  queryOnDiskIdResponse,
  sdBuffer,
  svhdxOpenDevice,
  timewarpToken,
} from '@tsmbd/smb2-codec';
import { hex, testStructure } from '../support/structures.ts';

const GUID = '00112233-4455-6677-8899-aabbccddeeff';
const GUID_BYTES = '33221100554477668899aabbccddeeff';

testStructure({
  name: 'ExtA [MS-SMB2 2.2.13.2.1]',
  codec: eaBuffer,
  bytes: '00000000 00 01 0200 6100 0102',
  value: { eas: [{ flags: 0, name: 'a', value: hex('0102') }] },
  alsoWhole: [0],
});
testStructure({
  name: 'SecD [MS-SMB2 2.2.13.2.2]',
  codec: sdBuffer,
  bytes: '01000480',
  value: { securityDescriptor: hex('01000480') },
  enough: 0,
});
testStructure({
  name: 'DHnQ of a request [MS-SMB2 2.2.13.2.3]',
  codec: durableHandleRequest,
  bytes: '00000000000000000000000000000000',
  value: {},
});
testStructure({
  name: 'DHnQ of a response [MS-SMB2 2.2.14.2.3]',
  codec: durableHandleResponse,
  bytes: '0000000000000000',
  value: {},
});
testStructure({
  name: 'DHnC [MS-SMB2 2.2.13.2.4]',
  codec: durableHandleReconnect,
  bytes: '1100000000000000 2200000000000000',
  value: { fileId: { persistent: 0x11n, volatile: 0x22n } },
});
testStructure({
  name: 'DH2Q of a request [MS-SMB2 2.2.13.2.11]',
  codec: durableHandleRequestV2,
  bytes: `60ea0000 02000000 0000000000000000 ${GUID_BYTES}`,
  value: { timeoutMs: 60_000, flags: 2, createGuid: GUID },
});
testStructure({
  name: 'DH2Q of a response [MS-SMB2 2.2.14.2.12]',
  codec: durableHandleResponseV2,
  bytes: '60ea0000 02000000',
  value: { timeoutMs: 60_000, flags: 2 },
});
testStructure({
  name: 'DH2C [MS-SMB2 2.2.13.2.12]',
  codec: durableHandleReconnectV2,
  bytes: `1100000000000000 2200000000000000 ${GUID_BYTES} 02000000`,
  value: { fileId: { persistent: 0x11n, volatile: 0x22n }, createGuid: GUID, flags: 2 },
});
testStructure({
  name: 'MxAc of a request with a timestamp [MS-SMB2 2.2.13.2.5]',
  codec: queryMaximalAccessRequest,
  bytes: '0100000000000000',
  value: { timestamp: 1n },
  alsoWhole: [0],
});
testStructure({
  name: 'MxAc of a response [MS-SMB2 2.2.14.2.5]',
  codec: queryMaximalAccessResponse,
  bytes: '00000000 ff011f00',
  value: { queryStatus: 0, maximalAccess: 0x001f_01ff },
});
testStructure({
  name: 'AlSi [MS-SMB2 2.2.13.2.6]',
  codec: allocationSize,
  bytes: '0000100000000000',
  value: { allocationSize: 0x10_0000n },
});
testStructure({
  name: 'TWrp [MS-SMB2 2.2.13.2.7]',
  codec: timewarpToken,
  bytes: '0100000000000000',
  value: { timestamp: 1n },
});
testStructure({
  name: 'QFid of a response [MS-SMB2 2.2.14.2.9]',
  codec: queryOnDiskIdResponse,
  bytes: '0100000000000000 0200000000000000 00000000000000000000000000000000',
  value: { diskFileId: 1n, volumeId: 2n },
});
testStructure({
  name: 'RqLs version 1 [MS-SMB2 2.2.13.2.8]',
  codec: lease,
  bytes: `${GUID_BYTES} 07000000 00000000 0000000000000000`,
  value: {
    version: 1,
    leaseKey: GUID,
    leaseState: 7,
    flags: 0,
    leaseDuration: 0n,
    parentLeaseKey: NULL_GUID,
    epoch: 0,
  },
});
testStructure({
  name: 'RqLs version 2, of which 32 bytes are a version 1 [MS-SMB2 2.2.13.2.10]',
  codec: lease,
  bytes: `${GUID_BYTES} 03000000 04000000 0000000000000000 ${GUID_BYTES} 0500 0000`,
  value: {
    version: 2,
    leaseKey: GUID,
    leaseState: 3,
    flags: 4,
    leaseDuration: 0n,
    parentLeaseKey: GUID,
    epoch: 5,
  },
  enough: 32,
});
testStructure({
  name: 'an app instance id [MS-SMB2 2.2.13.2.13]',
  codec: appInstanceId,
  bytes: `1400 0000 ${GUID_BYTES}`,
  value: { appInstanceId: GUID },
});
testStructure({
  name: 'an app instance version [MS-SMB2 2.2.13.2.15]',
  codec: appInstanceVersion,
  bytes: '1800 0000 00000000 0100000000000000 0200000000000000',
  value: { appInstanceVersionHigh: 1n, appInstanceVersionLow: 2n },
});
const CLIENT01 = `63006c00690065006e0074003000310000${'00'.repeat(109)}`;
const SVHDX = {
  hasInitiatorId: true,
  initiatorId: '07770d20-1f27-4083-4579-d46f5ac43b73',
  flags: 0,
  originatorFlags: 1,
  openRequestId: 0x1ec7_871en,
  initiatorHostName: 'client01',
};
testStructure({
  name: 'an SVHDX open device context, the values of [MS-RSVD] 4.1 [MS-SMB2 2.2.13.2.14, MS-RSVD 2.2.4.12]',
  codec: svhdxOpenDevice,
  bytes: `01000000 01 000000 200d7707271f83404579d46f5ac43b73 00000000 01000000 1e87c71e00000000 1000 ${CLIENT01}`,
  value: { version: 1, ...SVHDX },
});
testStructure({
  name: 'an SVHDX open device context of version 2 [MS-RSVD 2.2.4.32]',
  codec: svhdxOpenDevice,
  bytes: `02000000 01 000000 200d7707271f83404579d46f5ac43b73 00000000 01000000 1e87c71e00000000 1000 ${CLIENT01}
    01000000 02000000 00020000 00100000 0000004000000000`,
  value: {
    version: 2,
    ...SVHDX,
    disk: {
      virtualDiskPropertiesInitialized: 1,
      serverServiceVersion: 2,
      virtualSectorSize: 512,
      physicalSectorSize: 4096,
      virtualSize: 0x4000_0000n,
    },
  },
});
testStructure({
  name: 'AAPL of a request: a server query',
  codec: aaplRequest,
  bytes: '01000000 00000000 0700000000000000 0700000000000000',
  value: { kind: 'server-query', requestBitmap: 7n, clientCaps: 7n },
});
testStructure({
  name: 'AAPL of a request: RESOLVE_ID',
  codec: aaplRequest,
  bytes: '02000000 00000000 0900000001000000',
  value: { kind: 'resolve-id', fileId: 0x1_0000_0009n },
});
testStructure({
  name: 'AAPL of a request: a command that is not known',
  codec: aaplRequest,
  bytes: '03000000 00000000 0102',
  value: { kind: 'unknown', command: 3, data: hex('0102') },
  enough: 8,
});
testStructure({
  name: 'AAPL of a response to a server query',
  codec: aaplResponse,
  bytes: '01000000 00000000 0700000000000000 0500000000000000 0200000000000000 00000000 06000000 4d0061006300',
  value: { kind: 'server-query', serverCaps: 5n, volumeCaps: 2n, model: 'Mac' },
});
testStructure({
  name: 'AAPL of a response to RESOLVE_ID',
  codec: aaplResponse,
  bytes: '02000000 00000000 00000000 06000000 61005c006200',
  value: { kind: 'resolve-id', status: 0, path: 'a\\b' },
});
testStructure({
  name: 'POSIX of a request',
  codec: posixCreateRequest,
  bytes: 'ed010000',
  value: { mode: 0o755 },
});
testStructure({
  name: 'POSIX of a response',
  codec: posixCreateResponse,
  bytes: '01000000 00000000 a4810000 0102',
  value: { numberOfLinks: 1, reparseTag: 0, mode: 0o100644, sids: hex('0102') },
  enough: 12,
});
