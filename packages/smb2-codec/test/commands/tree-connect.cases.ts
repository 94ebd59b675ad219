import { remotedIdentity, treeConnectRequest, treeConnectResponse } from '@tsmbd/smb2-codec';
import { hex, testBody, testStructure } from '../support/structures.ts';

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

testStructure({
  name: 'a remoted identity context with a user and nothing else [MS-SMB2 2.2.9.2.1]',
  codec: remotedIdentity,
  bytes: `0100 2e00 1c00 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000
    0c00 010100000000000512000000 04000000`,
  value: {
    ticketType: 1,
    offsets: {
      user: 28,
      userName: 0,
      domain: 0,
      groups: 0,
      restrictedGroups: 0,
      privileges: 0,
      primaryGroup: 0,
      owner: 0,
      defaultDacl: 0,
      deviceGroups: 0,
      userClaims: 0,
      deviceClaims: 0,
    },
    ticketInfo: hex('0c00 010100000000000512000000 04000000'),
  },
});
