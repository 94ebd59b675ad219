import { changeNotifyRequest, changeNotifyResponse } from '@tsmbd/smb2-codec';
import { hex, testBody } from '../support/structures.ts';

testBody({
  name: 'a CHANGE_NOTIFY request [MS-SMB2 2.2.35]',
  codec: changeNotifyRequest,
  bytes: '2000 0100 00080000 1100000000000000 2200000000000000 17000000 00000000',
  value: {
    flags: 1,
    outputBufferLength: 2048,
    fileId: { persistent: 0x11n, volatile: 0x22n },
    completionFilter: 0x17,
  },
});

testBody({
  name: 'a CHANGE_NOTIFY response [MS-SMB2 2.2.36]',
  codec: changeNotifyResponse,
  bytes: '0900 4800 04000000 01020304',
  value: { buffer: hex('01020304') },
});
