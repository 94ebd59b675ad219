import {
  FileInformationClass,
  QueryDirectoryFlags,
  queryDirectoryRequest,
  queryDirectoryResponse,
} from '@tsmbd/smb2-codec';
import { hex, testBody } from '../support/structures.ts';

testBody({
  name: 'a QUERY_DIRECTORY request [MS-SMB2 2.2.33]',
  codec: queryDirectoryRequest,
  bytes: '2100 25 01 00000000 1100000000000000 2200000000000000 6000 0200 00000100 2a00',
  value: {
    fileInformationClass: FileInformationClass.FileIdBothDirectoryInformation,
    flags: QueryDirectoryFlags.RESTART_SCANS,
    fileIndex: 0,
    fileId: { persistent: 0x11n, volatile: 0x22n },
    outputBufferLength: 65536,
    searchPattern: '*',
  },
});

testBody({
  name: 'a QUERY_DIRECTORY response [MS-SMB2 2.2.34]',
  codec: queryDirectoryResponse,
  bytes: '0900 4800 04000000 01020304',
  value: { buffer: hex('01020304') },
});
