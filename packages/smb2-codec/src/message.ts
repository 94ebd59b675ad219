import { type Codec, EncodeError, encodeInto, NtStatus, Reader, Writer } from '@tsmbd/ms-dtyp';
import { type CommandName, commandCodecs, commandName, type RequestOf, type ResponseOf } from './command-codecs.ts';
import { type ErrorResponse, errorResponse } from './commands/error.ts';
import { splitCompound } from './compound.ts';
import { Command, type Header, HeaderFlags, header } from './header.ts';

type RequestBody = {
  [N in CommandName]: { readonly kind: 'request'; readonly command: N; readonly value: RequestOf<N> };
};
type ResponseBody = {
  [N in CommandName]: { readonly kind: 'response'; readonly command: N; readonly value: ResponseOf<N> };
};

/** The body of an element: its kind, the command that it belongs to, and its value. */
export type Body =
  | RequestBody[CommandName]
  | ResponseBody[CommandName]
  /** An ERROR Response, [MS-SMB2] 2.2.2. */
  | { readonly kind: 'error'; readonly command: CommandName; readonly value: ErrorResponse }
  /** A command that [MS-SMB2] does not define: the bytes unchanged. */
  | { readonly kind: 'unknown'; readonly command: undefined; readonly value: Uint8Array };

/** One request or response of a plain message. */
export interface MessageElement {
  readonly header: Header;
  readonly body: Body;
}

/**
 * Decodes a plain message, compounded or not, with all its bodies. Byte fields are views of
 * `bytes`.
 */
export function decodeMessage(bytes: Uint8Array): readonly MessageElement[] {
  return splitCompound(bytes).map(({ offset, end }) => decodeElement(bytes, offset, end));
}

/**
 * Encodes elements as one plain message; sets every NextCommand, and pads between elements to
 * multiples of 8. Throws EncodeError for a header or a body that is incomplete.
 */
export function encodeMessage(elements: readonly MessageElement[]): Uint8Array {
  const w = new Writer();
  elements.forEach((element, i) => {
    const start = w.position;
    w.base = start;
    encodeInto(w, header, { ...element.header, nextCommand: 0 });
    encodeBody(w, element.body);
    if (i + 1 < elements.length) {
      w.align(8);
      w.patch32(start + 20, w.position - start);
    }
  });
  return w.result();
}

/** Decodes the element at `[offset, end)` of a message. */
export function decodeElement(bytes: Uint8Array, offset: number, end: number): MessageElement {
  const r = new Reader(bytes, header.name, offset, end);
  const head = header.decode(r);
  return { header: head, body: decodeBody(r, head) };
}

/**
 * Decodes the body at the position of `r`; `r.base` is the header. The StructureSize tells whether
 * a response is an ERROR Response. If it does not suffice, the status tells.
 */
export function decodeBody(r: Reader, head: Header): Body {
  const command = commandName(head.command);
  if (command === undefined) return { kind: 'unknown', command, value: r.rest('Body') };
  const codecs: { request: Codec<unknown>; response: Codec<unknown> } = commandCodecs[command];
  const isResponse = (head.flags & HeaderFlags.SERVER_TO_REDIR) !== 0;
  if (!isResponse) return { kind: 'request', command, value: named(r, codecs.request) } as Body;
  if (isErrorBody(r, head)) return { kind: 'error', command, value: named(r, errorResponse) };
  return { kind: 'response', command, value: named(r, codecs.response) } as Body;
}

/**
 * Encodes a body. The writer's base is the header, and its position is 64 bytes behind that. Throws
 * EncodeError for a body that is incomplete.
 */
export function encodeBody(w: Writer, body: Body): void {
  if (body.kind === 'unknown') w.bytes(body.value);
  else encodeInto(w, codecOf(body), body.value);
}

function codecOf({ kind, command }: Exclude<Body, { readonly kind: 'unknown' }>): Codec<unknown> {
  if (kind === 'error') return errorResponse;
  const codec = commandCodecs[command]?.[kind] as Codec<unknown> | undefined;
  if (codec === undefined) throw new EncodeError('Body', 'command', `has no ${kind}: ${String(command)}`);
  return codec;
}

/** StructureSize of an ERROR Response, and of four other responses. */
const ERROR_SIZE = 9;

const SAME_SIZE_AS_ERROR: readonly number[] = [
  Command.SESSION_SETUP,
  Command.QUERY_DIRECTORY,
  Command.CHANGE_NOTIFY,
  Command.QUERY_INFO,
];

/** Statuses other than success whose responses have the command's own body, [MS-SMB2] 3.3.4.4. */
const OWN_BODY: readonly number[] = [
  NtStatus.STATUS_SUCCESS,
  NtStatus.STATUS_MORE_PROCESSING_REQUIRED,
  NtStatus.STATUS_BUFFER_OVERFLOW,
];

/**
 * Whether the body at the position of `r` is an ERROR Response. The StructureSize tells; if it does
 * not suffice, the status tells.
 */
export function isErrorBody(r: Reader, head: Header): boolean {
  if (r.remaining < 4) return false;
  const size = r.peek16('StructureSize');
  const at = r.position;
  r.position += 2;
  const offset = r.peek16('OutputBufferOffset');
  r.position = at;
  if (size !== ERROR_SIZE) return false;
  if (!SAME_SIZE_AS_ERROR.includes(head.command)) return true;
  if (OWN_BODY.includes(head.status)) return false;
  // STATUS_NOTIFY_ENUM_DIR comes with either body. An ERROR Response has zero in the place of the
  // offset.
  if (head.command === Command.CHANGE_NOTIFY && head.status === NtStatus.STATUS_NOTIFY_ENUM_DIR) return offset === 0;
  return true;
}

/** Decodes with the structure's own name in the errors. */
function named<T>(r: Reader, codec: Codec<T>): T {
  r.structure = codec.name;
  return codec.decode(r);
}

/** A header in which everything is zero except `fields`, for senders and tests. */
export function makeHeader(fields: Partial<Header>): Header {
  return { ...ZERO_HEADER, ...fields };
}

const ZERO_HEADER: Header = {
  creditCharge: 0,
  status: 0,
  command: 0,
  credits: 0,
  flags: 0,
  nextCommand: 0,
  messageId: 0n,
  asyncId: 0n,
  processId: 0,
  treeId: 0,
  sessionId: 0n,
  signature: new Uint8Array(16),
};
