import { isDeepStrictEqual } from 'node:util';
import { type Codec, encode, Reader } from '@tsmbd/ms-dtyp';
import {
  aaplRequest,
  aaplResponse,
  type CreateContext,
  CreateContextName,
  compressionTransform,
  type DirectoryClass,
  type DirectoryEntry,
  decodeCreateContext,
  decodeElement,
  dfsReferralResponse,
  directoryList,
  durableHandleRequestV2,
  encodeMessage,
  FileInformationClass,
  FsctlCode,
  fileBothDirectoryInformation,
  fileDirectoryInformation,
  fileFullDirectoryInformation,
  fileIdBothDirectoryInformation,
  fileIdFullDirectoryInformation,
  fileInformationCodec,
  fsInformationCodec,
  InfoType,
  lease,
  type MessageElement,
  makeCreateContext,
  networkInterfaceInfo,
  protocolOf,
  queryOnDiskIdResponse,
  smb1NegotiateRequest,
  splitCompound,
  srvRequestResumeKeyResponse,
  transformHeader,
  validateNegotiateInfoResponse,
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
        const decoded = decodeElement(again, 0, again.length);
        if (!isDeepStrictEqual(comparable(decoded), comparable(element))) t.deepEqual(decoded, element);
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

whenPresent('the buffers of captured queries decode by their class, and encode to the same bytes [MS-FSCC 2]', (t) => {
  let count = 0;
  let identical = 0;
  const classes = new Set<string>();
  for (const file of files) {
    const asked = new Map<string, MessageElement['body']>();
    for (const message of messagesOf(file)) {
      if (protocolOf(message) !== 'smb2') continue;
      for (const { offset, end } of splitCompound(message)) {
        const { header, body } = decodeElement(message, offset, end);
        const key = `${header.sessionId}:${header.messageId}`;
        if (body.kind === 'request') asked.set(key, body);
        const pair = body.kind === 'response' && header.status === 0 ? bufferOf(asked.get(key), body) : undefined;
        if (pair === undefined) continue;
        count++;
        classes.add(pair.codec.name);
        const value = pair.codec.decode(new Reader(pair.buffer, pair.codec.name));
        const again = encode(pair.codec, value);
        if (sameButPadding(Buffer.from(again), Buffer.from(pair.buffer))) identical++;
        const decoded = pair.codec.decode(new Reader(again, pair.codec.name));
        if (!isDeepStrictEqual(comparable(decoded), comparable(value))) t.deepEqual(decoded, value);
      }
    }
  }
  t.log(`${identical} of ${count} buffers to the byte: ${[...classes].join(', ')}`);
  t.true(count > 0 && identical >= count * 0.95);
});

/**
 * The buffer of a response and the codec that its request asked for; undefined when there is none
 * here.
 */
function bufferOf(
  request: MessageElement['body'] | undefined,
  response: MessageElement['body'],
): { codec: Codec<unknown>; buffer: Uint8Array } | undefined {
  if (request?.kind !== 'request' || response.kind !== 'response') return undefined;
  let codec: Codec<unknown> | undefined;
  if (request.command === 'QUERY_DIRECTORY' && response.command === 'QUERY_DIRECTORY') {
    const directoryClass = DIRECTORY_CLASSES[request.value.fileInformationClass];
    codec = directoryClass && directoryList(directoryClass);
    return codec && { codec, buffer: response.value.buffer };
  }
  if (request.command === 'QUERY_INFO' && response.command === 'QUERY_INFO') {
    const { infoType, fileInfoClass } = request.value;
    if (infoType === InfoType.FILE) codec = fileInformationCodec(fileInfoClass);
    if (infoType === InfoType.FILESYSTEM) codec = fsInformationCodec(fileInfoClass);
    return codec && { codec, buffer: response.value.buffer };
  }
  if (request.command === 'IOCTL' && response.command === 'IOCTL') {
    codec = FSCTL_CODECS[request.value.ctlCode];
    return codec && { codec, buffer: response.value.output };
  }
  return undefined;
}

const DIRECTORY_CLASSES: Record<number, DirectoryClass<DirectoryEntry>> = {
  [FileInformationClass.FileDirectoryInformation]: fileDirectoryInformation,
  [FileInformationClass.FileFullDirectoryInformation]: fileFullDirectoryInformation,
  [FileInformationClass.FileBothDirectoryInformation]: fileBothDirectoryInformation,
  [FileInformationClass.FileIdBothDirectoryInformation]: fileIdBothDirectoryInformation,
  [FileInformationClass.FileIdFullDirectoryInformation]: fileIdFullDirectoryInformation,
};
const FSCTL_CODECS: Record<number, Codec<unknown>> = {
  [FsctlCode.QUERY_NETWORK_INTERFACE_INFO]: networkInterfaceInfo,
  [FsctlCode.SRV_REQUEST_RESUME_KEY]: srvRequestResumeKeyResponse,
  [FsctlCode.VALIDATE_NEGOTIATE_INFO]: validateNegotiateInfoResponse,
  [FsctlCode.DFS_GET_REFERRALS]: dfsReferralResponse,
};

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

/**
 * Equal where both have bytes, and what one has more than the other is zeros: padding that is sent
 * or not.
 */
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
