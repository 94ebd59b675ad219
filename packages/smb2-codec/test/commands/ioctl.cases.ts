import { ANY_FILE_ID, FsctlCode, ioctlRequest, ioctlResponse } from '@tsmbd/smb2-codec';
import { hex, testBody } from '../support/structures.ts';

testBody({
  name: 'an IOCTL request with input [MS-SMB2 2.2.31]',
  codec: ioctlRequest,
  bytes: `3900 0000 17c01100 1100000000000000 2200000000000000 78000000 03000000 00000000 00000000 00000000
    00040000 01000000 00000000 050003`,
  value: {
    ctlCode: FsctlCode.PIPE_TRANSCEIVE,
    fileId: { persistent: 0x11n, volatile: 0x22n },
    maxInputResponse: 0,
    maxOutputResponse: 1024,
    flags: 1,
    input: hex('050003'),
    output: hex(''),
  },
});

testBody({
  name: 'an IOCTL request that gives the offset of an empty output [MS-SMB2 2.2.31]',
  codec: ioctlRequest,
  bytes: `3900 0000 fc011400 ffffffffffffffff ffffffffffffffff 78000000 00000000 00000000 78000000 00000000
    00000100 01000000 00000000`,
  value: {
    ctlCode: FsctlCode.QUERY_NETWORK_INTERFACE_INFO,
    fileId: ANY_FILE_ID,
    maxInputResponse: 0,
    maxOutputResponse: 65536,
    flags: 1,
    input: hex(''),
    output: hex(''),
    outputOffset: 0x78,
  },
});

testBody({
  name: 'an IOCTL response with input returned and output at a multiple of 8 [MS-SMB2 2.2.32]',
  codec: ioctlResponse,
  bytes: `3100 0000 17c01100 1100000000000000 2200000000000000 70000000 01000000 78000000 02000000 00000000 00000000
    aa 00000000000000 0502`,
  value: {
    ctlCode: FsctlCode.PIPE_TRANSCEIVE,
    fileId: { persistent: 0x11n, volatile: 0x22n },
    flags: 0,
    input: hex('aa'),
    output: hex('0502'),
  },
});
