import * as crypto from '@tsmbd/smb-crypto';
import { decodeMessage } from '@tsmbd/smb2-codec';
import { connectionsOfFixture, type Fixture, fixtures, isKind, messagesOf, plainMessages } from '@tsmbd/tool-fixtures';
import test from 'ava';
import { decodePdu, encodePdu, fragmentLength } from '../src/index.ts';

/** FSCTL_PIPE_TRANSCEIVE, [MS-FSCC] 2.3.52. */
const PIPE_TRANSCEIVE = 0x11c017;

/** The PDUs that were written to pipes and read from them. */
function pdusOf(fixture: Fixture): Buffer[] {
  const pdus: Buffer[] = [];
  connectionsOfFixture(fixture).forEach((connection, i) => {
    const asked = new Map<bigint, bigint>();
    const waiting = new Map<string, Buffer>();
    const take = (direction: string, pipe: bigint | undefined, data: Uint8Array): void => {
      const key = `${direction} ${pipe}`;
      let bytes = Buffer.concat([waiting.get(key) ?? Buffer.alloc(0), data]);
      // Files are read and written too; what is not an RPC PDU is theirs.
      if (bytes[0] !== 5 || bytes[1]! > 1) return;
      for (let length = fragmentLength(bytes); length !== undefined && length >= 16 && bytes.length >= length; ) {
        pdus.push(bytes.subarray(0, length));
        bytes = bytes.subarray(length);
        length = fragmentLength(bytes);
      }
      waiting.set(key, bytes);
    };
    for (const { bytes } of plainMessages(messagesOf(connection), fixture, i, crypto)) {
      if (!isKind(bytes, 'smb2')) continue;
      for (const { header, body } of decodeMessage(bytes)) {
        const { messageId } = header;
        if (body.kind === 'request' && (body.command === 'READ' || body.command === 'IOCTL')) {
          asked.set(messageId, body.value.fileId.volatile);
        }
        if (body.kind === 'request' && body.command === 'WRITE')
          take('in', body.value.fileId.volatile, body.value.data);
        if (body.kind === 'response' && body.command === 'READ') take('out', asked.get(messageId), body.value.data);
        if (body.command !== 'IOCTL' || body.kind === 'error' || body.value.ctlCode !== PIPE_TRANSCEIVE) continue;
        if (body.kind === 'request') take('in', body.value.fileId.volatile, body.value.input);
        else take('out', asked.get(messageId), body.value.output);
      }
    }
  });
  return pdus;
}

test('every PDU on captured pipes decodes, and encodes to the same bytes [C706 12.6]', (t) => {
  const types: Record<number, number> = {};
  let count = 0;
  const differing: string[] = [];
  // Share lists and RPC clients; the other captures have no pipes.
  for (const fixture of fixtures().filter((f) => /rpcclient|list/.test(f.file))) {
    for (const bytes of pdusOf(fixture)) {
      const value = decodePdu(bytes);
      const again = Buffer.from(encodePdu(value));
      count++;
      types[value.type] = (types[value.type] ?? 0) + 1;
      if (!again.equals(bytes)) {
        differing.push(`type ${value.type} of ${fixture.file}`);
        t.deepEqual(plain(decodePdu(again)), plain(value), fixture.file);
      }
    }
  }
  t.log(`${count - differing.length} of ${count} to the byte, by type`, types, [...new Set(differing)]);
  t.true(count > 50);
});

function plain(value: unknown): unknown {
  return JSON.stringify(value, (_, v) => (v instanceof Uint8Array ? Buffer.from(v).toString('hex') : v));
}
