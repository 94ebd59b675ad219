import type { Codec, Problem, RecordedField } from '@tsmbd/ms-dtyp';
import type { CommandName, RequestOf, ResponseOf } from '../command-codecs.ts';
import type { ErrorResponse } from '../commands/error.ts';
import type { CompressionTransform } from '../compression-transform.ts';
import type { Header } from '../header.ts';
import type { Smb1CommandName } from '../smb1/command.ts';
import type { Smb1Message } from '../smb1/message.ts';
import type { Smb1NegotiateRequest } from '../smb1/negotiate-request.ts';
import type { Smb1NegotiateResponse } from '../smb1/negotiate-response.ts';
import type { TransformHeader } from '../transform-header.ts';

/** What the meaning of a response depends on, from the request that it answers. */
export interface RelatedRequest {
  /** InfoType of a QUERY_INFO: one of InfoType. */
  readonly infoType?: number;
  /** FileInfoClass of a QUERY_INFO, FileInformationClass of a QUERY_DIRECTORY. */
  readonly infoClass?: number;
  /** CtlCode of an IOCTL whose response is an error. */
  readonly ctlCode?: number;
  /** HashRetrievalType of an FSCTL_SRV_READ_HASH. */
  readonly hashRetrievalType?: number;
  /**
   * Of a QUERY_DIRECTORY: the connection agreed on Apple's SUPPORTS_READ_DIR_ATTR
   * (`grantsReadDirAttr` of the server's AAPL context), so that FileIdBothDirectoryInformation is
   * AaplDirectoryEntry.
   */
  readonly isReadDirAttr?: boolean;
  /** The file is a named pipe: what is read and written is for the registry's `pipe`. */
  readonly isPipe?: boolean;
}

/** What kind of thing a payload is; with `key` it says which structure. */
export type PayloadKind =
  | 'negotiate-context'
  | 'security-token'
  | 'tree-connect-context'
  | 'create-context'
  | 'file-data'
  | 'pipe'
  | 'rdma-channel'
  | 'ioctl-input'
  | 'ioctl-output'
  | 'directory'
  | 'notify'
  | 'file-information'
  | 'fs-information'
  | 'security-descriptor'
  | 'quota'
  | 'query-input'
  | 'error-context'
  | 'error-data'
  | 'notification';

/** Bytes inside a body that have a structure of their own. */
export interface Payload {
  readonly kind: PayloadKind;
  readonly direction: 'request' | 'response';
  readonly command: CommandName;
  /** Context type or name, information class, CtlCode, ErrorId; by `kind`. */
  readonly key: number | string | undefined;
  /** Where the bytes stand: `CREATE Request.CreateContexts[0].Data`. */
  readonly path: string;
  /** The bytes, a view of the message. */
  readonly bytes: Uint8Array;
}

/** A payload, and its value where its structure is known. */
export interface DissectedPayload extends Payload {
  /** Bytes from the start of the message. */
  readonly offset: number;
  /** The structure's name; undefined where the bytes are all that is known. */
  readonly structure: string | undefined;
  /** The decoded value; undefined where the structure is unknown or broken. */
  readonly value: unknown;
  /** What decoded it, and encodes it again. */
  readonly codec: Codec<unknown> | undefined;
}

/**
 * Knows the structure of payloads that this package does not: pipes, security tokens, contexts of a
 * vendor. Asked before the built-in tables; undefined for what it does not know.
 */
export type PayloadDecoder = (payload: Payload) => Codec<unknown> | undefined;

/** How to dissect a message. */
export interface DissectOptions {
  /**
   * Throw CodecError at the first thing that is not as specified. Otherwise it is noted in
   * `problems`, and dissecting goes on.
   */
  readonly strict?: boolean;
  /** List every field with its place. */
  readonly record?: boolean;
  /** The connection's, where it is known: one of Dialect. It says what header fields mean. */
  readonly dialect?: number;
  /**
   * Of a response: what is known of its request. A function is asked for each element of a
   * compound, with its index.
   */
  readonly related?: RelatedRequest | ((header: Header, index: number) => RelatedRequest | undefined);
  /** Structures of payloads that are not built in. */
  readonly decoders?: readonly PayloadDecoder[];
  /** Decrypts an SMB2 TRANSFORM message (all of it); undefined where the key is not known. */
  readonly decrypt?: (header: TransformHeader, message: Uint8Array) => Uint8Array | undefined;
  /** Inflates a compressed message, e.g. with smb-compression; undefined where it cannot. */
  readonly decompress?: (message: CompressionTransform) => Uint8Array | undefined;
}

interface Common {
  /** Where this element begins in the message. */
  readonly offset: number;
  /** Bytes of this element, with its header and the padding behind it. */
  readonly length: number;
  /** What lies inside and has a structure of its own. */
  readonly payloads: readonly DissectedPayload[];
  /** Every field in the order of reading, with `record`. */
  readonly fields?: readonly RecordedField[];
  /** What is not as specified; empty when all is well. */
  readonly problems: readonly Problem[];
}

interface Smb2<K extends string, N extends CommandName, V> extends Common {
  readonly kind: K;
  readonly header: Header;
  readonly command: N;
  /** The decoded body; undefined where it is cut off or broken. */
  readonly body: V | undefined;
}

type RequestPdu = { [N in CommandName]: Smb2<'request', N, RequestOf<N>> }[CommandName];
type ResponsePdu = { [N in CommandName]: Smb2<'response', N, ResponseOf<N>> }[CommandName];

/** A message that holds others, encrypted or compressed. */
interface Wrapper<K extends string, V> extends Common {
  readonly kind: K;
  readonly header: undefined;
  readonly command: undefined;
  readonly body: V | undefined;
  /** The message inside, where it could be had; offsets of its PDUs count from its own start. */
  readonly inner?: { readonly bytes: Uint8Array; readonly pdus: readonly DissectedPdu[] };
}

/**
 * An SMB1 message. `form` tells how its body was read: with `not-decoded` it is the header and
 * bytes.
 */
interface Smb1<F extends string, V> extends Wrapper<'smb1', V> {
  readonly form: F;
  /** Its command; undefined for one that [MS-CIFS] does not know, or that is cut off. */
  readonly smb1Command: Smb1CommandName | undefined;
  readonly isResponse: boolean;
}

/** What `kind` says, with the body that goes with it. */
export type DissectedPdu =
  | RequestPdu
  | ResponsePdu
  /** An ERROR Response, [MS-SMB2] 2.2.2. */
  | Smb2<'error', CommandName, ErrorResponse>
  /** A command that [MS-SMB2] does not know. */
  | (Common & {
      readonly kind: 'unknown';
      readonly header: Header;
      readonly command: undefined;
      readonly body: Uint8Array;
    })
  /**
   * The SMB1 message that may come first, [MS-SMB2] 2.2.3, the answer of a server of SMB1, and all
   * other SMB1 messages.
   */
  | Smb1<'negotiate-request', Smb1NegotiateRequest>
  | Smb1<'negotiate-response', Smb1NegotiateResponse>
  | Smb1<'not-decoded', Smb1Message>
  /** An encrypted message, [MS-SMB2] 2.2.41. */
  | Wrapper<'encrypted', TransformHeader>
  /** A compressed message, [MS-SMB2] 2.2.42. */
  | Wrapper<'compressed', CompressionTransform>
  /** Bytes that are no message of SMB, or a header that is cut off. */
  | Wrapper<'malformed', Uint8Array>;
