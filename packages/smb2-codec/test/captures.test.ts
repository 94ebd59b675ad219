import { type Codec, encode, Reader } from '@tsmbd/ms-dtyp';
import {
  aaplRequest,
  aaplResponse,
  type CreateContext,
  CreateContextName,
  compressionTransform,
  decodeCreateContext,
  decodeElement,
  durableHandleRequestV2,
  encodeMessage,
  lease,
  makeCreateContext,
  protocolOf,
  queryOnDiskIdResponse,
  smb1NegotiateRequest,
  splitCompound,
  transformHeader,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { captureFiles, messagesOf } from './support/pcap.ts';

const files = captureFiles();
const whenPresent = files.length > 0 ? test : test.skip;

whenPresent('captures of other clients and servers decode, and encode to the same bytes [MS-SMB2 2.2]', (t) => {
  let elements = 0;
  let identical = 0;
  const differing: string[] = [];
  for (const file of files) {
    for (const message of messagesOf(file)) {
      if (protocolOf(message) !== 'smb2') continue;
      for (const { offset, end } of splitCompound(message)) {
        const element = decodeElement(message, offset, end);
        const original = Buffer.from(message.subarray(offset, end));
        const again = Buffer.from(encodeMessage([element]));
        // NextCommand is set by encodeMessage for the whole message, here of one element.
        original.copy(again, 20, 20, 24);
        elements++;
        if (sameButPadding(original, again)) identical++;
        else differing.push(`${element.body.kind} ${element.body.command} of ${file}`);
        // What differs is padding alone: the value is the same.
        t.deepEqual(comparable(decodeElement(again, 0, again.length)), comparable(element));
      }
    }
  }
  t.log(`${identical} of ${elements} elements to the byte; the others have bytes of the sender's memory in padding`);
  t.true(differing.length <= elements / 50, differing.join('\n'));
});

whenPresent('create contexts of captures decode, and encode to the same bytes [MS-SMB2 2.2.13.2]', (t) => {
  let count = 0;
  for (const file of files) {
    for (const message of messagesOf(file)) {
      if (protocolOf(message) !== 'smb2') continue;
      for (const { offset, end } of splitCompound(message)) {
        const { body } = decodeElement(message, offset, end);
        if (body.command !== 'CREATE' || body.kind === 'error') continue;
        const isRequest = body.kind === 'request';
        for (const context of body.value.createContexts) {
          const codec = (isRequest ? REQUEST_CODECS : RESPONSE_CODECS)[context.name];
          if (codec === undefined) continue;
          count++;
          t.deepEqual(reencode(context, codec), Buffer.from(context.data), context.name);
        }
      }
    }
  }
  t.log(`${count} contexts`);
  t.true(count > 0);
});

whenPresent('other messages of captures decode, and encode to the same bytes [MS-SMB2 2.2.41, 2.2.42]', (t) => {
  const seen = { smb1: 0, transform: 0, compressed: 0 };
  for (const file of files) {
    for (const message of messagesOf(file)) {
      const kind = protocolOf(message);
      if (kind === 'smb2' || kind === 'unknown') continue;
      if (kind === 'smb1') seen.smb1 += Number(same(message, smb1NegotiateRequest));
      if (kind === 'transform') seen.transform += Number(same(message.subarray(0, 52), transformHeader));
      if (kind === 'compressed') seen.compressed += Number(same(message, compressionTransform));
    }
  }
  t.log(seen);
  t.true(seen.transform > 0 && seen.compressed > 0 && seen.smb1 > 0);
});

const REQUEST_CODECS: Record<string, Codec<unknown>> = {
  [CreateContextName.REQUEST_LEASE]: lease,
  [CreateContextName.DURABLE_HANDLE_REQUEST_V2]: durableHandleRequestV2,
  [CreateContextName.AAPL]: aaplRequest,
};
const RESPONSE_CODECS: Record<string, Codec<unknown>> = {
  [CreateContextName.REQUEST_LEASE]: lease,
  [CreateContextName.QUERY_ON_DISK_ID]: queryOnDiskIdResponse,
  [CreateContextName.AAPL]: aaplResponse,
};

function reencode<T>(context: CreateContext, codec: Codec<T>): Buffer {
  const value = decodeCreateContext([context], context.name, codec);
  return Buffer.from(makeCreateContext(context.name, codec, value as T).data);
}

function same<T>(message: Uint8Array, codec: Codec<T>): boolean {
  return Buffer.from(encode(codec, codec.decode(new Reader(message, codec.name)))).equals(message);
}

/** Equal where both have bytes, and what one has more than the other is zeros: padding that is sent or not. */
function sameButPadding(a: Buffer, b: Buffer): boolean {
  const length = Math.min(a.length, b.length);
  const rest = a.length > length ? a.subarray(length) : b.subarray(length);
  return a.subarray(0, length).equals(b.subarray(0, length)) && rest.every((byte) => byte === 0);
}

function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, comparable(v)]));
}
