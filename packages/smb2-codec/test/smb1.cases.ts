import {
  dissect,
  protocolOf,
  smb1CommandName,
  smb1Message,
  smb1NegotiateRequest,
  smb1NegotiateResponse,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { hex, testStructure } from './support/structures.ts';

testStructure({
  name: 'an SMB1 NEGOTIATE that offers SMB2 [MS-CIFS 2.2.4.52.1]',
  codec: smb1NegotiateRequest,
  bytes: `ff534d42 72 00000000 18 53c8 0000 0000000000000000 0000 ffff fffe 0000 0000 00 1700
    02 4e54204c4d20302e313200
    02 534d4220322e30303200`,
  value: {
    flags: 0x18,
    flags2: 0xc853,
    treeId: 0xffff,
    processId: 0xfeff,
    userId: 0,
    multiplexId: 0,
    dialects: ['NT LM 0.12', 'SMB 2.002'],
  },
});

const head = {
  command: 0x72,
  status: 0,
  flags: 0x88,
  processIdHigh: 0,
  securityFeatures: new Uint8Array(8),
  treeId: 0,
  processId: 0xfffe,
  userId: 0,
  multiplexId: 0,
};
const HEAD = 'ff534d42 72 00000000 88';
const REST = '0000 0000000000000000 0000 0000 feff 0000 0000';

testStructure({
  name: "smbd's answer to an SMB1 NEGOTIATE with extended security [MS-SMB 2.2.4.5.2.1]",
  codec: smb1NegotiateResponse,
  bytes: `${HEAD} 43c8 ${REST} 11 0000 07 3200 0100 04410000 00000100 40230000 fcf38080 4b09a242ea7ddd01 0000 00
    5a00 736d6264000000000000000000000000
    604806062b0601050502a03e303ca00e300c060a2b06010401823702020aa32a3028a0261b246e6f745f646566696e65645f696e5f
    5246433431373840706c656173655f69676e6f7265`,
  value: {
    ...head,
    flags2: 0xc843,
    dialectIndex: 0,
    ntLm: {
      securityMode: 7,
      maxMpxCount: 50,
      maxNumberVcs: 1,
      maxBufferSize: 16_644,
      maxRawSize: 65_536,
      sessionKey: 0x2340,
      capabilities: 0x8080_f3fc,
      systemTime: 0x01dd_7dea_42a2_094bn,
      serverTimeZone: 0,
      challengeLength: 0,
      extended: {
        serverGuid: '64626d73-0000-0000-0000-000000000000',
        securityBlob: hex(
          `604806062b0601050502a03e303ca00e300c060a2b06010401823702020aa32a3028a0261b246e6f745f646566696e65645f696e5f
           5246433431373840706c656173655f69676e6f7265`,
        ),
      },
    },
  },
});
testStructure({
  name: "smbd's answer to an SMB1 NEGOTIATE without [MS-SMB 2.2.4.5.2.2]",
  codec: smb1NegotiateResponse,
  bytes: `${HEAD} 03c0 ${REST} 11 0000 07 3200 0100 04410000 00000100 43230000 fcf38000 a59acc42ea7ddd01 0000 08
    2600 20dfdaea1285e8e3 57004f0052004b00470052004f00550050000000 53004d00420044000000`,
  value: {
    ...head,
    flags2: 0xc003,
    dialectIndex: 0,
    ntLm: {
      securityMode: 7,
      maxMpxCount: 50,
      maxNumberVcs: 1,
      maxBufferSize: 16_644,
      maxRawSize: 65_536,
      sessionKey: 0x2343,
      capabilities: 0x0080_f3fc,
      systemTime: 0x01dd_7dea_42cc_9aa5n,
      serverTimeZone: 0,
      challengeLength: 8,
      plain: { challenge: hex('20dfdaea1285e8e3'), domainName: 'WORKGROUP', serverName: 'SMBD' },
    },
  },
});
testStructure({
  name: 'an answer of NT LM 0.12 in the OEM code page, east of Greenwich, without a server name [MS-CIFS 2.2.4.52.2]',
  codec: smb1NegotiateResponse,
  bytes: `${HEAD} 0140 ${REST} 11 0500 03 3200 0100 04410000 00000100 00000000 00000000 0100000000000000 c4ff 00
    0200 5700`,
  value: {
    ...head,
    flags2: 0x4001,
    dialectIndex: 5,
    ntLm: {
      securityMode: 3,
      maxMpxCount: 50,
      maxNumberVcs: 1,
      maxBufferSize: 16_644,
      maxRawSize: 65_536,
      sessionKey: 0,
      capabilities: 0,
      systemTime: 1n,
      serverTimeZone: -60,
      challengeLength: 0,
      plain: { challenge: hex(''), domainName: 'W' },
    },
  },
});
testStructure({
  name: 'no dialect in common [MS-CIFS 2.2.4.52.2]',
  codec: smb1NegotiateResponse,
  bytes: `${HEAD} 0000 ${REST} 01 ffff 0000`,
  value: { ...head, flags2: 0, dialectIndex: 0xffff },
});
testStructure({
  name: 'an answer of LAN Manager, whose words are kept [MS-CIFS 2.2.4.52.2]',
  codec: smb1NegotiateResponse,
  bytes: `${HEAD} 0000 ${REST} 03 0200 01020304 0100 aa`,
  value: { ...head, flags2: 0, dialectIndex: 2, words: hex('01020304'), data: hex('aa') },
});
testStructure({
  name: 'an SMB1 message whose body nobody decodes [MS-CIFS 2.2.3]',
  codec: smb1Message,
  bytes: 'ff534d42 2b 0d0000c0 98 0748 0100 0102030405060708 0000 0200 0300 0400 0500 010200',
  value: {
    command: 0x2b,
    status: 0xc000_000d,
    flags: 0x98,
    flags2: 0x4807,
    processIdHigh: 1,
    securityFeatures: hex('0102030405060708'),
    treeId: 2,
    processId: 3,
    userId: 4,
    multiplexId: 5,
    data: hex('010200'),
  },
  enough: 32,
});

test('an SMB1 message is no malformed NEGOTIATE: it has its name, and its NEGOTIATE both forms', (t) => {
  const message = (command: number, flags: number) => {
    const bytes = new Uint8Array(35);
    bytes.set([0xff, 0x53, 0x4d, 0x42, command]);
    bytes[9] = flags;
    return bytes;
  };
  const seen = (bytes: Uint8Array) => {
    const [pdu] = dissect(bytes);
    return pdu?.kind === 'smb1' ? [pdu.form, pdu.smb1Command, pdu.isResponse, pdu.problems.length] : undefined;
  };
  t.deepEqual(seen(message(0x2b, 0)), ['not-decoded', 'ECHO', false, 0]);
  t.deepEqual(seen(message(0x32, 0x80)), ['not-decoded', 'TRANSACTION2', true, 0]);
  t.deepEqual(seen(message(0x99, 0)), ['not-decoded', undefined, false, 0]);
  t.deepEqual(seen(message(0x72, 0)), ['negotiate-request', 'NEGOTIATE', false, 0]);
  t.deepEqual(seen(message(0x72, 0x80)), ['negotiate-response', 'NEGOTIATE', true, 0]);
  // What is cut off is told as that.
  t.deepEqual(seen(message(0x72, 0).subarray(0, 6)), ['not-decoded', undefined, false, 1]);
  t.is(smb1CommandName(0xff), undefined);
});

test('the first four bytes tell what a message is [MS-SMB2 2.2.1, 2.2.41, 2.2.42]', (t) => {
  t.is(protocolOf(hex('fe534d42')), 'smb2');
  t.is(protocolOf(hex('fd534d42')), 'transform');
  t.is(protocolOf(hex('fc534d42')), 'compressed');
  t.is(protocolOf(hex('ff534d42')), 'smb1');
  t.is(protocolOf(hex('fb534d42')), 'unknown');
  t.is(protocolOf(hex('fe534d')), 'unknown');
  t.is(protocolOf(hex('')), 'unknown');
});
