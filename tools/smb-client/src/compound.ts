import { type Codec, Reader } from '@tsmbd/ms-dtyp';
import { HEADER_SIZE, type Header, HeaderFlags, NtStatus } from '@tsmbd/smb2-codec';
import { HEADROOM, messageIdOf, type Reply, type RequestOptions, type SmbClient } from './client.ts';

/** One request of a compound, made by `part`. */
export interface CompoundPart {
  readonly command: number;
  readonly codecs: readonly [Codec<unknown>, Codec<unknown>];
  readonly body: unknown;
  readonly options: CompoundOptions;
}

export interface CompoundOptions extends RequestOptions {
  /** The request is sent unsigned although the others are signed. */
  readonly unsigned?: true;
  /** Called with the request before it is sent. */
  readonly onSent?: (message: Uint8Array) => void;
}

/** A request for `sendCompound`. */
export function part<Q, R>(
  command: number,
  codecs: readonly [Codec<Q>, Codec<R>],
  body: Q,
  options: CompoundOptions = {},
): CompoundPart {
  return { command, codecs: codecs as unknown as CompoundPart['codecs'], body, options };
}

/** NextCommand in a header. */
const NEXT_COMMAND_AT = 20;

/**
 * Sends several requests as one message, [MS-SMB2] 3.2.4.1.4. Requests that are to be related must
 * say so in their flags. Returns a promise for each request's answer, whatever the status; it
 * rejects if the connection ends first.
 */
export function sendCompound(client: SmbClient, elements: readonly CompoundPart[]): Promise<Reply<unknown>>[] {
  const messages = elements.map(({ command, codecs, body, options }) =>
    client.encode(command, codecs[0], body, options).result().subarray(HEADROOM),
  );
  const answers = messages.map((message, i) =>
    client.expect(messageIdOf(message), elements[i]!.options.onPending).then((reply) => decoded(reply, elements[i]!)),
  );
  messages.forEach((message, i) => {
    elements[i]!.options.onSent?.(message);
  });
  const sizes = messages.map(({ length }, i) => (i === messages.length - 1 ? length : (length + 7) & ~7));
  const frame = new Uint8Array(HEADROOM + sizes.reduce((sum, size) => sum + size, 0));
  let at = HEADROOM;
  messages.forEach((message, i) => {
    const element = frame.subarray(at, at + sizes[i]!);
    element.set(message);
    if (i < messages.length - 1) {
      new DataView(element.buffer, element.byteOffset).setUint32(NEXT_COMMAND_AT, sizes[i]!, true);
    }
    const { signer } = client;
    if (
      client.options.sign !== false &&
      client.options.seal !== true &&
      !elements[i]!.options.unsigned &&
      signer !== undefined
    ) {
      element[16] = element[16]! | HeaderFlags.SIGNED;
      signer.sign(element);
    }
    at += sizes[i]!;
  });
  if (client.closed === undefined) {
    client.transport.send([client.options.seal === true ? client.protect(frame, false) : frame.subarray(HEADROOM - 4)]);
  }
  return answers;
}

function decoded({ header, bytes }: { header: Header; bytes: Uint8Array }, { codecs }: CompoundPart): Reply<unknown> {
  if (header.status !== NtStatus.STATUS_SUCCESS) return { header, bytes, body: undefined };
  const reader = new Reader(bytes, codecs[1].name);
  reader.position = HEADER_SIZE;
  return { header, bytes, body: codecs[1].decode(reader) };
}
