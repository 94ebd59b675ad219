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

/** Facts about a request on which the meaning of its response depends. */
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
   * For a QUERY_DIRECTORY: the connection agreed on Apple's SUPPORTS_READ_DIR_ATTR
   * (`grantsReadDirAttr` of the server's AAPL context), so that FileIdBothDirectoryInformation is
   * AaplDirectoryEntry.
   */
  readonly isReadDirAttr?: boolean;
  /** The file is a named pipe. What is read and written is decoded by the registry's `pipe`. */
  readonly isPipe?: boolean;
}

/** The kind of a payload. Together with `key` it determines the structure. */
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
  /** Context type or name, information class, CtlCode or ErrorId, depending on `kind`. */
  readonly key: number | string | undefined;
  /** The path of the bytes: `CREATE Request.CreateContexts[0].Data`. */
  readonly path: string;
  /** The bytes, a view of the message. */
  readonly bytes: Uint8Array;
}

/** A payload, and its value if its structure is known. */
export interface DissectedPayload extends Payload {
  /** Bytes from the start of the message. */
  readonly offset: number;
  /** The structure's name; undefined if only the bytes are known. */
  readonly structure: string | undefined;
  /** The decoded value; undefined if the structure is unknown or malformed. */
  readonly value: unknown;
  /** The codec that decoded it, and can encode it again. */
  readonly codec: Codec<unknown> | undefined;
}

/**
 * Finds the structure of payloads that this package does not know: pipes, security tokens, contexts
 * of a vendor. It is asked before the built-in tables. It returns undefined for payloads that it
 * does not know.
 */
export type PayloadDecoder = (payload: Payload) => Codec<unknown> | undefined;

/** How to dissect a message. */
export interface DissectOptions {
  /**
   * Throws CodecError at the first thing that differs from the specification. If false, it is noted
   * in `problems`, and dissecting goes on.
   */
  readonly strict?: boolean;
  /** Lists every field with its place. */
  readonly record?: boolean;
  /**
   * The dialect of the connection, if it is known: one of Dialect. The meaning of header fields
   * depends on it.
   */
  readonly dialect?: number;
  /**
   * For a response: what is known of its request. A function is called for each element of a
   * compound, with the element's index.
   */
  readonly related?: RelatedRequest | ((header: Header, index: number) => RelatedRequest | undefined);
  /** Structures of payloads that are not built in. */
  readonly decoders?: readonly PayloadDecoder[];
  /** Decrypts an SMB2 TRANSFORM message (all of it). Returns undefined if the key is not known. */
  readonly decrypt?: (header: TransformHeader, message: Uint8Array) => Uint8Array | undefined;
  /**
   * Decompresses a compressed message, e.g. with smb-compression. Returns undefined if it cannot.
   */
  readonly decompress?: (message: CompressionTransform) => Uint8Array | undefined;
}

interface Common {
  /** Where this element begins in the message. */
  readonly offset: number;
  /** Bytes of this element, with its header and the padding behind it. */
  readonly length: number;
  /** The parts inside that have a structure of their own. */
  readonly payloads: readonly DissectedPayload[];
  /** Every field in the order of reading, with `record`. */
  readonly fields?: readonly RecordedField[];
  /** What differs from the specification; empty if nothing does. */
  readonly problems: readonly Problem[];
}

interface Smb2<K extends string, N extends CommandName, V> extends Common {
  readonly kind: K;
  readonly header: Header;
  readonly command: N;
  /** The decoded body; undefined if it is cut off or malformed. */
  readonly body: V | undefined;
}

type RequestPdu = { [N in CommandName]: Smb2<'request', N, RequestOf<N>> }[CommandName];
type ResponsePdu = { [N in CommandName]: Smb2<'response', N, ResponseOf<N>> }[CommandName];

/** A message that contains other messages, encrypted or compressed. */
interface Wrapper<K extends string, V> extends Common {
  readonly kind: K;
  readonly header: undefined;
  readonly command: undefined;
  readonly body: V | undefined;
  /** The message inside, if it could be recovered. Offsets of its PDUs count from its own start. */
  readonly inner?: { readonly bytes: Uint8Array; readonly pdus: readonly DissectedPdu[] };
}

/**
 * An SMB1 message. `form` says how its body was read. `not-decoded` means that only the header was
 * decoded, and the rest are bytes.
 */
interface Smb1<F extends string, V> extends Wrapper<'smb1', V> {
  readonly form: F;
  /** Its command; undefined if [MS-CIFS] does not define it, or if it is cut off. */
  readonly smb1Command: Smb1CommandName | undefined;
  readonly isResponse: boolean;
}

/** The result of dissecting. `kind` determines the type of the body. */
export type DissectedPdu =
  | RequestPdu
  | ResponsePdu
  /** An ERROR Response, [MS-SMB2] 2.2.2. */
  | Smb2<'error', CommandName, ErrorResponse>
  /** A command that [MS-SMB2] does not define. */
  | (Common & {
      readonly kind: 'unknown';
      readonly header: Header;
      readonly command: undefined;
      readonly body: Uint8Array;
    })
  /**
   * The SMB1 message that may come first, [MS-SMB2] 2.2.3, the answer of an SMB1 server, and all
   * other SMB1 messages.
   */
  | Smb1<'negotiate-request', Smb1NegotiateRequest>
  | Smb1<'negotiate-response', Smb1NegotiateResponse>
  | Smb1<'not-decoded', Smb1Message>
  /** An encrypted message, [MS-SMB2] 2.2.41. */
  | Wrapper<'encrypted', TransformHeader>
  /** A compressed message, [MS-SMB2] 2.2.42. */
  | Wrapper<'compressed', CompressionTransform>
  /** Bytes that are not an SMB message, or a header that is cut off. */
  | Wrapper<'malformed', Uint8Array>;
