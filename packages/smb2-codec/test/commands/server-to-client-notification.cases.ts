import { serverToClientNotification } from '@tsmbd/smb2-codec';
import { hex, testBody } from '../support/structures.ts';

testBody({
  name: 'a session-closed notification [MS-SMB2 2.2.44]',
  codec: serverToClientNotification,
  bytes: '0400 0000 00000000 00000000',
  value: { notificationType: 0, notification: hex('00000000') },
  enough: 8,
});
