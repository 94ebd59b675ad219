import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { type CipherName, createSealer, isSealed } from '../src/index.ts';
import { bytes } from './known-answers.ts';

/** Other people's captures are no part of the project; without them their tests are skipped. */
const FOLDER = process.env.TSMBD_PCAPS ?? new URL('../../../../shared/pcaps', import.meta.url).pathname;

/**
 * Captures of Wireshark's test suite, and the keys that it publishes with them: server to client,
 * client to server.
 */
const CAPTURES: readonly (readonly [string, CipherName, string, string])[] = [
  ['smb300-aes-128-ccm', 'aes-128-ccm', '8be6cc53d4beba29387e69aef035d497', 'bff985870e81784d533fdc09497b8eab'],
  ['smb311-aes-128-ccm', 'aes-128-ccm', '763d5552dbc9650b700869467a5857e4', '35e69833c6578e438c8701cb40bf483e'],
  ['smb311-aes-128-gcm', 'aes-128-gcm', 'b02f5de25e0562075c3dc329fa2aa396', '7201623a31754e6581864581209dd3d2'],
  [
    'smb311-aes-256-ccm',
    'aes-256-ccm',
    '1d34170138a77dac4abbe0149253c8b977a71f399081cda6cbaf62359670c1c5',
    '014fccd4a53554bf5b54b27a32512b35fca262b90e088a5efa7d6c952418578b',
  ],
  [
    'smb311-aes-256-gcm',
    'aes-256-gcm',
    '484c30bf3e17e322e0d217764d4584a325ec0495519c3f1547e0f996ab76c4c4',
    '46b64f320a0f856b63b3a0dc2c058a67267830a8cbdd44a088fbf1d0308a981f',
  ],
];

for (const [name, cipher, serverKey, clientKey] of CAPTURES) {
  const path = `${FOLDER}/wireshark__${name}.pcap.gz`;
  const whenPresent = existsSync(path) ? test : test.skip;
  whenPresent(`encrypted messages of a capture open: ${name} [MS-SMB2 3.1.4.3]`, (t) => {
    const pcap = gunzipSync(readFileSync(path));
    const fromServer = createSealer(cipher, bytes(serverKey));
    const fromClient = createSealer(cipher, bytes(clientKey));
    const opened: { fromServer: boolean; text: string }[] = [];
    for (const frame of sealedFrames(pcap)) {
      const plain = fromServer.open(frame.slice()) ?? fromClient.open(frame);
      if (plain === undefined) return t.fail('a frame that neither key opens');
      t.is(Buffer.from(plain.subarray(0, 4)).toString('latin1'), '\xfeSMB');
      opened.push({ fromServer: (plain[16]! & 1) === 1, text: Buffer.from(plain).toString('utf16le') });
    }
    t.deepEqual(
      opened.map((message) => message.fromServer),
      [false, true],
    );
    t.regex(opened[0]!.text, /IPC\$/);
  });
}

/** The TRANSFORM_HEADER frames in a capture whose messages are each in one packet. */
function sealedFrames(pcap: Buffer): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 24; at + 16 <= pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8);
    const packet = pcap.subarray(at + 16, at + 16 + length);
    at += 16 + length;
    const start = packet.indexOf('\xfdSMB', 0, 'latin1');
    if (start < 4 || !isSealed(packet.subarray(start))) continue;
    frames.push(new Uint8Array(packet.subarray(start, start + (packet.readUInt32BE(start - 4) & 0xffffff))));
  }
  return frames;
}
