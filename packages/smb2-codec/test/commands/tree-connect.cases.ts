import { treeConnectRequest, treeConnectResponse } from '@tsmbd/smb2-codec';
import { hex, testBody } from '../support/structures.ts';

testBody({
  name: 'a TREE_CONNECT request [MS-SMB2 2.2.9]',
  codec: treeConnectRequest,
  bytes: '0900 0000 4800 0a00 5c005c0061005c006200',
  value: { flags: 0, path: '\\\\a\\b', contexts: [] },
});

testBody({
  name: 'a TREE_CONNECT request with extension; the context offset counts from the body [MS-SMB2 2.2.9.1]',
  codec: treeConnectRequest,
  bytes: `0900 0400 5800 0a00 28000000 0100 00000000000000000000 5c005c0061005c006200 000000000000
    0100 0300 00000000 aabbcc`,
  value: { flags: 4, path: '\\\\a\\b', contexts: [{ contextType: 1, data: hex('aabbcc') }] },
});

testBody({
  name: 'a TREE_CONNECT response [MS-SMB2 2.2.10]',
  codec: treeConnectResponse,
  bytes: '1000 01 00 00080000 10000000 ff011f00',
  value: { shareType: 1, shareFlags: 0x800, capabilities: 0x10, maximalAccess: 0x001f_01ff },
});
