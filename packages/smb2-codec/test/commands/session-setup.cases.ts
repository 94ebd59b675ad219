import { sessionSetupRequest, sessionSetupResponse } from '@tsmbd/smb2-codec';
import { hex, testBody } from '../support/structures.ts';

testBody({
  name: 'a SESSION_SETUP request [MS-SMB2 2.2.5]',
  codec: sessionSetupRequest,
  bytes: '1900 01 02 01000000 00000000 5800 0400 1122334455667788 60480606',
  value: {
    flags: 1,
    securityMode: 2,
    capabilities: 1,
    channel: 0,
    previousSessionId: 0x8877_6655_4433_2211n,
    securityBuffer: hex('60480606'),
  },
});

testBody({
  name: 'a SESSION_SETUP response [MS-SMB2 2.2.6]',
  codec: sessionSetupResponse,
  bytes: '0900 0400 4800 0200 a107',
  value: { sessionFlags: 4, securityBuffer: hex('a107') },
});
