import { flushRequest } from '@tsmbd/smb2-codec';
import { testBody } from '../support/structures.ts';

testBody({
  name: 'a FLUSH request [MS-SMB2 2.2.17]',
  codec: flushRequest,
  bytes: '1800 ffff 00000000 1100000000000000 2200000000000000',
  value: { reserved1: 0xffff, fileId: { persistent: 0x11n, volatile: 0x22n } },
});
