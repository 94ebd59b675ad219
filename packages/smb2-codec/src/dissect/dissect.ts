import { type Codec, CodecError, type Problem, type RecordedField, Recording, RecordingReader } from '@tsmbd/ms-dtyp';
import { type CommandName, commandCodecs, commandName } from '../command-codecs.ts';
import { type ErrorResponse, errorResponse } from '../commands/error.ts';
import { Dialect } from '../commands/negotiate.ts';
import { compressionTransform } from '../compression-transform.ts';
import { HEADER_SIZE, type Header, HeaderFlags, header } from '../header.ts';
import { isErrorBody } from '../message.ts';
import { protocolOf } from '../protocol.ts';
import { Smb1Command, smb1CommandName } from '../smb1/command.ts';
import { smb1KindOf } from '../smb1/header.ts';
import { smb1Message } from '../smb1/message.ts';
import { smb1NegotiateRequest } from '../smb1/negotiate-request.ts';
import { smb1NegotiateResponse } from '../smb1/negotiate-response.ts';
import { TRANSFORM_HEADER_SIZE, transformHeader } from '../transform-header.ts';
import { errorPayloads, type FoundPayload, payloadsOf } from './payloads.ts';
import type { DissectedPayload, DissectedPdu, DissectOptions, RelatedRequest } from './pdu.ts';

/**
 * Dissects one message (what a transport delivers, without its length prefix) into every element of
 * a compound, with header, body and the structures inside. It never throws because of the bytes
 * unless `strict` is set: from a message that is cut off or malformed it returns what can be read,
 * and `problems` say what could not be read.
 */
export function dissect(bytes: Uint8Array, options: DissectOptions = {}): DissectedPdu[] {
  switch (protocolOf(bytes)) {
    case 'smb2':
      return dissectCompound(bytes, options);
    case 'smb1':
      return [dissectSmb1(bytes, options)];
    case 'transform':
      return [dissectEncrypted(bytes, options)];
    case 'compressed':
      return [dissectCompressed(bytes, options)];
    case 'unknown':
      return [malformed(bytes, 0, options, new CodecError('SMB2 Header', 'ProtocolId', 0, 'no protocol of SMB'))];
  }
}

/** A recording for one element. It holds what the element's readers note. */
function newRecording(options: DissectOptions): Recording {
  return new Recording({ record: options.record ?? false, lenient: options.strict !== true });
}

/** Decodes, and returns undefined if that fails; a strict reader throws instead. */
function attempt<T>(recording: Recording, r: RecordingReader, codec: Codec<T>): T | undefined {
  try {
    return codec.decode(r);
  } catch (error) {
    if (!recording.lenient) throw error;
    recording.note(error, r.path);
    return undefined;
  }
}

function dissectCompound(bytes: Uint8Array, options: DissectOptions): DissectedPdu[] {
  const pdus: DissectedPdu[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const recording = newRecording(options);
    const r = new RecordingReader(recording, bytes, header, offset);
    const head = attempt(recording, r, header);
    if (head === undefined) {
      pdus.push({ ...rest(bytes, offset), kind: 'malformed', body: bytes.subarray(offset), ...noted(recording) });
      break;
    }
    const end = endOfElement(r, head, offset);
    pdus.push(dissectElement(recording, bytes, offset, end, head, options, pdus.length));
    if (head.nextCommand === 0) break;
    offset = end;
  }
  return pdus;
}

/**
 * The end of an element, [MS-SMB2] 3.3.5.2.7. An element whose NextCommand is not valid extends to
 * the end of the message.
 */
function endOfElement(r: RecordingReader, head: Header, offset: number): number {
  const next = head.nextCommand;
  if (next === 0) return r.end;
  const left = r.end - offset;
  if (next < HEADER_SIZE || next > left) {
    r.complain('NextCommand', `${next}, the message has ${left} bytes from this header on`, offset + 20);
    return r.end;
  }
  if (next % 8 !== 0) r.complain('NextCommand', `${next} is not a multiple of 8`, offset + 20);
  return offset + next;
}

function dissectElement(
  recording: Recording,
  bytes: Uint8Array,
  offset: number,
  end: number,
  head: Header,
  options: DissectOptions,
  index: number,
): DissectedPdu {
  const common = { offset, length: end - offset, header: head };
  const command = commandName(head.command);
  // A header may be cut off inside its signature.
  const bodyAt = Math.min(offset + HEADER_SIZE, end);
  if (command === undefined) {
    return {
      ...common,
      kind: 'unknown',
      command,
      body: bytes.subarray(bodyAt, end),
      payloads: [],
      ...noted(recording),
    };
  }
  const isResponse = (head.flags & HeaderFlags.SERVER_TO_REDIR) !== 0;
  if (!isResponse && (options.dialect ?? 0) >= Dialect.SMB_3_0) nameChannelSequence(recording, bytes, offset);
  const r = new RecordingReader(recording, bytes, header, bodyAt, end, offset);
  const kind = !isResponse ? 'request' : isErrorBody(r, head) ? 'error' : 'response';
  const codec: Codec<unknown> = kind === 'error' ? errorResponse : commandCodecs[command][kind];
  r.become(codec);
  const body = attempt(recording, r, codec);
  const related = relatedOf(options, head, index);
  const found = body === undefined ? [] : find(recording, r, kind, command, body, head, related);
  const direction = isResponse ? 'response' : 'request';
  const payloads = found.map((payload) =>
    decodePayload(recording, bytes, codec.name, payload, direction, command, options),
  );
  // The codec belongs to the command, so the body is that command's body.
  return { ...common, kind, command, body, payloads, ...noted(recording) } as DissectedPdu;
}

/**
 * [MS-SMB2] 2.2.1.2: from SMB 3.0 on a request has ChannelSequence and Reserved in the place of
 * Status.
 */
function nameChannelSequence({ fields }: Recording, bytes: Uint8Array, offset: number): void {
  const i = fields?.findIndex(({ field }) => field === 'Status') ?? -1;
  if (i < 0) return;
  const status = fields![i]!;
  const part = (field: string, at: number): RecordedField => ({
    ...status,
    path: `${header.name}.${field}`,
    field,
    offset: offset + at,
    length: 2,
    value: bytes[offset + at]! | (bytes[offset + at + 1]! << 8),
  });
  fields!.splice(i, 1, part('ChannelSequence', 8), part('Reserved', 10));
}

function relatedOf({ related }: DissectOptions, head: Header, index: number): RelatedRequest {
  return (typeof related === 'function' ? related(head, index) : related) ?? {};
}

function find(
  recording: Recording,
  r: RecordingReader,
  kind: 'request' | 'response' | 'error',
  command: CommandName,
  body: unknown,
  head: Header,
  related: RelatedRequest,
): readonly FoundPayload[] {
  if (kind !== 'error') return payloadsOf(kind, command, body, related);
  try {
    return errorPayloads(body as ErrorResponse, head.status, (part, structure, field) => {
      const at = part.byteOffset - r.bytes.byteOffset;
      return new RecordingReader(recording, r.bytes, structure, at, at + part.length, at, `${r.path}.${field}`);
    });
  } catch (error) {
    if (!recording.lenient) throw error;
    recording.note(error, r.path);
    return [];
  }
}

function decodePayload(
  recording: Recording,
  message: Uint8Array,
  structure: string,
  found: FoundPayload,
  direction: 'request' | 'response',
  command: CommandName,
  options: DissectOptions,
): DissectedPayload {
  const { kind, key, bytes } = found;
  const payload = { kind, key, bytes, direction, command, path: `${structure}.${found.field}` };
  const offset = bytes.byteOffset - message.byteOffset;
  const codec = foreignCodec(options, payload) ?? found.codec;
  if (codec === undefined) return { ...payload, offset, structure: undefined, value: undefined, codec };
  const r = new RecordingReader(recording, message, codec, offset, offset + bytes.length, offset, payload.path);
  return { ...payload, offset, structure: codec.name, value: attempt(recording, r, codec), codec };
}

function foreignCodec({ decoders = [] }: DissectOptions, payload: Parameters<(typeof decoders)[0]>[0]) {
  for (const decoder of decoders) {
    const codec = decoder(payload);
    if (codec !== undefined) return codec;
  }
  return undefined;
}

/**
 * Of SMB1 only NEGOTIATE is decoded, because it leads to SMB2, [MS-SMB2] 3.3.5.3. Of all other
 * messages only the header is decoded.
 */
function dissectSmb1(bytes: Uint8Array, options: DissectOptions): DissectedPdu {
  const { command, isResponse = false } = smb1KindOf(bytes) ?? {};
  const smb1Command = command === undefined ? undefined : smb1CommandName(command);
  const common = { smb1Command, isResponse };
  if (command !== Smb1Command.NEGOTIATE) {
    return { ...dissectWhole(bytes, options, 'smb1', smb1Message), ...common, form: 'not-decoded' };
  }
  return isResponse
    ? { ...dissectWhole(bytes, options, 'smb1', smb1NegotiateResponse), ...common, form: 'negotiate-response' }
    : { ...dissectWhole(bytes, options, 'smb1', smb1NegotiateRequest), ...common, form: 'negotiate-request' };
}

function dissectEncrypted(bytes: Uint8Array, options: DissectOptions): DissectedPdu {
  const pdu = dissectWhole(bytes, options, 'encrypted', transformHeader);
  if (pdu.body === undefined || bytes.length < TRANSFORM_HEADER_SIZE) return pdu;
  // An encrypted message may contain a compressed one. Neither kind ever contains its own kind, so
  // that messages cannot nest without end.
  const { decrypt, ...inside } = options;
  const inner = decrypt?.(pdu.body, bytes);
  return inner === undefined ? pdu : { ...pdu, inner: { bytes: inner, pdus: dissect(inner, inside) } };
}

function dissectCompressed(bytes: Uint8Array, options: DissectOptions): DissectedPdu {
  const pdu = dissectWhole(bytes, options, 'compressed', compressionTransform);
  if (pdu.body === undefined) return pdu;
  const { decrypt: _, decompress, ...inside } = options;
  const inner = decompress?.(pdu.body);
  return inner === undefined ? pdu : { ...pdu, inner: { bytes: inner, pdus: dissect(inner, inside) } };
}

function dissectWhole<K extends 'smb1' | 'encrypted' | 'compressed', T>(
  bytes: Uint8Array,
  options: DissectOptions,
  kind: K,
  codec: Codec<T>,
) {
  const recording = newRecording(options);
  const body = attempt(recording, new RecordingReader(recording, bytes, codec), codec);
  return { ...rest(bytes, 0), kind, body, ...noted(recording) };
}

function malformed(bytes: Uint8Array, offset: number, options: DissectOptions, error: CodecError): DissectedPdu {
  if (options.strict === true) throw error;
  const recording = newRecording(options);
  recording.note(error, error.structure);
  return { ...rest(bytes, offset), kind: 'malformed', body: bytes.subarray(offset), ...noted(recording) };
}

/** The fields of everything that is not an SMB2 element. */
function rest(bytes: Uint8Array, offset: number) {
  return { offset, length: bytes.length - offset, header: undefined, command: undefined, payloads: [] } as const;
}

function noted({ fields, problems }: Recording): { fields?: NonNullable<typeof fields>; problems: Problem[] } {
  return fields === undefined ? { problems } : { fields, problems };
}
