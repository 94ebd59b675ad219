import { InfoType, setInfoRequest, setInfoResponse } from '@tsmbd/smb2-codec';
import { hex, testBody } from '../support/structures.ts';

testBody({
  name: 'a SET_INFO request [MS-SMB2 2.2.39]',
  codec: setInfoRequest,
  bytes: '2100 01 0d 01000000 6000 0000 00000000 1100000000000000 2200000000000000 01',
  value: {
    infoType: InfoType.FILE,
    fileInfoClass: 13,
    additionalInformation: 0,
    fileId: { persistent: 0x11n, volatile: 0x22n },
    buffer: hex('01'),
  },
});

testBody({ name: 'a SET_INFO response [MS-SMB2 2.2.40]', codec: setInfoResponse, bytes: '0200', value: {} });
