import { CloseFlags, closeRequest, closeResponse } from '@tsmbd/smb2-codec';
import { testBody } from '../support/structures.ts';

testBody({
  name: 'a CLOSE request [MS-SMB2 2.2.15]',
  codec: closeRequest,
  bytes: '1800 0100 00000000 1100000000000000 2200000000000000',
  value: { flags: CloseFlags.POSTQUERY_ATTRIB, fileId: { persistent: 0x11n, volatile: 0x22n } },
});

testBody({
  name: 'a CLOSE response [MS-SMB2 2.2.16]',
  codec: closeResponse,
  bytes: `3c00 0100 00000000 0100000000000000 0200000000000000 0300000000000000 0400000000000000
    0010000000000000 0500000000000000 20000000`,
  value: {
    flags: 1,
    creationTime: 1n,
    lastAccessTime: 2n,
    lastWriteTime: 3n,
    changeTime: 4n,
    allocationSize: 4096n,
    endOfFile: 5n,
    fileAttributes: 0x20,
  },
});
