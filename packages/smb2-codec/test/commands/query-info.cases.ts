import { InfoType, queryInfoRequest, queryInfoResponse } from '@tsmbd/smb2-codec';
import { hex, testBody } from '../support/structures.ts';

const request = {
  infoType: InfoType.FILE,
  fileInfoClass: 15,
  outputBufferLength: 256,
  additionalInformation: 0,
  flags: 1,
  fileId: { persistent: 0x11n, volatile: 0x22n },
};

testBody({
  name: 'a QUERY_INFO request without input [MS-SMB2 2.2.37]',
  codec: queryInfoRequest,
  bytes: '2900 01 0f 00010000 0000 0000 00000000 00000000 01000000 1100000000000000 2200000000000000',
  value: { ...request, inputBuffer: hex('') },
});

testBody({
  name: 'a QUERY_INFO request that gives the offset of an empty input [MS-SMB2 2.2.37]',
  codec: queryInfoRequest,
  bytes: '2900 01 0f 00010000 6800 0000 00000000 00000000 01000000 1100000000000000 2200000000000000',
  value: { ...request, inputBuffer: hex(''), inputBufferOffset: 0x68 },
});

testBody({
  name: 'a QUERY_INFO request with input [MS-SMB2 2.2.37]',
  codec: queryInfoRequest,
  bytes: '2900 01 0f 00010000 6800 0000 02000000 00000000 01000000 1100000000000000 2200000000000000 aabb',
  value: { ...request, inputBuffer: hex('aabb') },
});

testBody({
  name: 'a QUERY_INFO response [MS-SMB2 2.2.38]',
  codec: queryInfoResponse,
  bytes: '0900 4800 04000000 01020304',
  value: { buffer: hex('01020304') },
});
