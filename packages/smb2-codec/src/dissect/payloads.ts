import { type Codec, NtStatus, type Reader, type Structure, securityDescriptor } from '@tsmbd/ms-dtyp';
import type { CommandName } from '../command-codecs.ts';
import type { ChangeNotifyResponse } from '../commands/change-notify.ts';
import type { CreateRequest, CreateResponse } from '../commands/create.ts';
import type { ErrorResponse } from '../commands/error.ts';
import {
  ERROR_CONTEXT,
  ErrorId,
  readErrorContexts,
  shareRedirectError,
  symbolicLinkError,
} from '../commands/error-contexts.ts';
import type { IoctlRequest, IoctlResponse } from '../commands/ioctl.ts';
import type { NegotiateRequest, NegotiateResponse } from '../commands/negotiate.ts';
import type { QueryDirectoryResponse } from '../commands/query-directory.ts';
import { InfoType, type QueryInfoRequest, type QueryInfoResponse } from '../commands/query-info.ts';
import { Channel, type ReadRequest, type ReadResponse } from '../commands/read.ts';
import { remotedIdentity } from '../commands/remoted-identity.ts';
import type { SessionSetupRequest, SessionSetupResponse } from '../commands/session-setup.ts';
import type { SetInfoRequest } from '../commands/set-info.ts';
import { TreeConnectContextType, type TreeConnectRequest } from '../commands/tree-connect.ts';
import type { WriteRequest } from '../commands/write.ts';
import { createContextCodec } from '../create-contexts/create-context-codecs.ts';
import { directoryCodec } from '../fscc/directory-list.ts';
import { fileNotifyInformation } from '../fscc/file-notify-information.ts';
import { fileQuotaInformation, queryQuotaInfo } from '../fscc/file-quota-information.ts';
import { getEaList } from '../fscc/full-ea.ts';
import { FileInformationClass } from '../fscc/information-class.ts';
import { fileInformationCodec, fsInformationCodec } from '../fscc/information-codecs.ts';
import { FsctlCode } from '../fsctl/fsctl-code.ts';
import { fsctlCodecs } from '../fsctl/fsctl-codecs.ts';
import { HashRetrievalType, srvHashRetrieveFileBased, srvHashRetrieveHashBased } from '../fsctl/read-hash.ts';
import { negotiateContextCodec } from '../negotiate-contexts/negotiate-context-codecs.ts';
import { bufferDescriptorV1List } from '../rdma-channel.ts';
import { rdmaTransform } from '../rdma-transform.ts';
import type { PayloadKind, RelatedRequest } from './pdu.ts';

/** A payload of a body before it is decoded. */
export interface FoundPayload {
  readonly kind: PayloadKind;
  readonly key: number | string | undefined;
  /** The path inside the body. */
  readonly field: string;
  readonly bytes: Uint8Array;
  /** The built-in structure; undefined if there is none. */
  readonly codec: Codec<unknown> | undefined;
}

/** The parts of a body that have a structure of their own. Empty parts are left out. */
export function payloadsOf(
  direction: 'request' | 'response',
  command: CommandName,
  body: unknown,
  related: RelatedRequest,
): readonly FoundPayload[] {
  const found = direction === 'request' ? REQUEST[command] : RESPONSE[command];
  return found === undefined ? [] : found(body as never, related).filter(({ bytes }) => bytes.length > 0);
}

/**
 * The parts of an ERROR Response's data, [MS-SMB2] 2.2.2.1 and 2.2.2.2. Contexts are read with the
 * reader that `readerOf` returns.
 */
export function errorPayloads(
  body: ErrorResponse,
  status: number,
  readerOf: (bytes: Uint8Array, structure: Structure, field: string) => Reader,
): readonly FoundPayload[] {
  const { errorContextCount, errorData } = body;
  if (errorData.length === 0) return [];
  const field = 'ErrorData';
  const ofStatus = ERROR_DATA.get(status);
  if (errorContextCount === 0) return [{ kind: 'error-data', key: status, field, bytes: errorData, codec: ofStatus }];
  return readErrorContexts(readerOf(errorData, ERROR_CONTEXT, field), errorContextCount).map(
    ({ errorId, errorContextData }, i) => ({
      kind: 'error-context',
      key: errorId,
      field: `${field}[${i}].ErrorContextData`,
      bytes: errorContextData,
      codec: errorId === ErrorId.SHARE_REDIRECT ? shareRedirectError : ofStatus,
    }),
  );
}

type Finder<T> = (body: T, related: RelatedRequest) => FoundPayload[];

/**
 * Data of STATUS_BUFFER_TOO_SMALL and others: the number of bytes that would suffice, [MS-SMB2]
 * 2.2.2.2.
 */
const requiredLength: Codec<number> = {
  name: 'ERROR Data',
  section: '[MS-SMB2] 2.2.2.2',
  decode: (r) => r.u32('RequiredBufferLength'),
  encode: (w, value) => w.u32(value),
};

const ERROR_DATA: ReadonlyMap<number, Codec<unknown>> = new Map<number, Codec<unknown>>([
  [NtStatus.STATUS_STOPPED_ON_SYMLINK, symbolicLinkError],
  [NtStatus.STATUS_BUFFER_TOO_SMALL, requiredLength],
  [NtStatus.STATUS_INFO_LENGTH_MISMATCH, requiredLength],
]);

function one(kind: PayloadKind, field: string, bytes: Uint8Array, codec?: Codec<unknown>, key?: number): FoundPayload {
  return { kind, key, field, bytes, codec };
}

const negotiateContexts = (body: NegotiateRequest | NegotiateResponse): FoundPayload[] =>
  body.negotiateContexts.map(({ contextType, data }, i) =>
    one('negotiate-context', `NegotiateContextList[${i}].Data`, data, negotiateContextCodec(contextType), contextType),
  );

function createContexts(direction: 'request' | 'response') {
  return (body: CreateRequest | CreateResponse): FoundPayload[] =>
    body.createContexts.map(({ name, data }, i) => ({
      kind: 'create-context',
      key: name,
      field: `CreateContexts[${i}].Data`,
      bytes: data,
      codec: createContextCodec(name, direction),
    }));
}

function fileData(field: string, bytes: Uint8Array, related: RelatedRequest): FoundPayload {
  return one(related.isPipe === true ? 'pipe' : 'file-data', field, bytes);
}

function rdmaChannel(field: string, channel: number, bytes: Uint8Array): FoundPayload {
  const isV1 = channel === Channel.RDMA_V1 || channel === Channel.RDMA_V1_INVALIDATE;
  const codec = isV1 ? bufferDescriptorV1List : channel === Channel.RDMA_TRANSFORM ? rdmaTransform : undefined;
  return one('rdma-channel', field, bytes, codec, channel);
}

function ioctl(
  kind: 'ioctl-input' | 'ioctl-output',
  ctlCode: number,
  bytes: Uint8Array,
  { hashRetrievalType }: RelatedRequest = {},
): FoundPayload {
  const field = kind === 'ioctl-input' ? 'Input' : 'Output';
  if (ctlCode === FsctlCode.PIPE_TRANSCEIVE) return one('pipe', field, bytes, undefined, ctlCode);
  // [MS-SMB2] 2.2.32.4: the form of the answer depends on what the request asked for.
  if (kind === 'ioctl-output' && ctlCode === FsctlCode.SRV_READ_HASH && hashRetrievalType !== undefined) {
    const isFile = hashRetrievalType === HashRetrievalType.FILE_BASED;
    return one(kind, field, bytes, isFile ? srvHashRetrieveFileBased : srvHashRetrieveHashBased, ctlCode);
  }
  const codecs = fsctlCodecs(ctlCode);
  return one(kind, field, bytes, kind === 'ioctl-input' ? codecs?.input : codecs?.output, ctlCode);
}

/** The buffer of a QUERY_INFO response or SET_INFO request, [MS-SMB2] 2.2.37 and 2.2.39. */
function information(infoType: number, infoClass: number, bytes: Uint8Array): FoundPayload {
  switch (infoType) {
    case InfoType.FILE:
      return one('file-information', 'Buffer', bytes, fileInformationCodec(infoClass), infoClass);
    case InfoType.FILESYSTEM:
      return one('fs-information', 'Buffer', bytes, fsInformationCodec(infoClass), infoClass);
    case InfoType.SECURITY:
      return one('security-descriptor', 'Buffer', bytes, securityDescriptor);
    default:
      return one('quota', 'Buffer', bytes, infoType === InfoType.QUOTA ? fileQuotaInformation : undefined);
  }
}

function queryInput(body: QueryInfoRequest): FoundPayload {
  const isEa = body.infoType === InfoType.FILE && body.fileInfoClass === FileInformationClass.FileFullEaInformation;
  const codec = body.infoType === InfoType.QUOTA ? queryQuotaInfo : isEa ? getEaList : undefined;
  return one('query-input', 'InputBuffer', body.inputBuffer, codec, body.fileInfoClass);
}

const REQUEST: { readonly [N in CommandName]?: Finder<never> } = {
  NEGOTIATE: negotiateContexts satisfies Finder<NegotiateRequest>,
  SESSION_SETUP: (body: SessionSetupRequest) => [one('security-token', 'Buffer', body.securityBuffer)],
  TREE_CONNECT: (body: TreeConnectRequest) =>
    body.contexts.map(({ contextType, data }, i) =>
      one(
        'tree-connect-context',
        `TreeConnectContexts[${i}].Data`,
        data,
        contextType === TreeConnectContextType.REMOTED_IDENTITY ? remotedIdentity : undefined,
        contextType,
      ),
    ),
  CREATE: createContexts('request'),
  READ: (body: ReadRequest) => [rdmaChannel('ReadChannelInfo', body.channel, body.readChannelInfo)],
  WRITE: (body: WriteRequest, related) => [
    fileData('Data', body.data, related),
    rdmaChannel('WriteChannelInfo', body.channel, body.writeChannelInfo),
  ],
  IOCTL: (body: IoctlRequest) => [
    ioctl('ioctl-input', body.ctlCode, body.input),
    ioctl('ioctl-output', body.ctlCode, body.output),
  ],
  QUERY_INFO: (body: QueryInfoRequest) => [queryInput(body)],
  SET_INFO: (body: SetInfoRequest) => [information(body.infoType, body.fileInfoClass, body.buffer)],
};

const RESPONSE: { readonly [N in CommandName]?: Finder<never> } = {
  NEGOTIATE: (body: NegotiateResponse) => [
    one('security-token', 'SecurityBuffer', body.securityBuffer),
    ...negotiateContexts(body),
  ],
  SESSION_SETUP: (body: SessionSetupResponse) => [one('security-token', 'Buffer', body.securityBuffer)],
  CREATE: createContexts('response'),
  READ: (body: ReadResponse, related) => [fileData('Data', body.data, related)],
  IOCTL: (body: IoctlResponse, related) => [
    ioctl('ioctl-input', body.ctlCode, body.input),
    ioctl('ioctl-output', body.ctlCode, body.output, related),
  ],
  QUERY_DIRECTORY: (body: QueryDirectoryResponse, { infoClass, isReadDirAttr }) => {
    const codec = infoClass === undefined ? undefined : directoryCodec(infoClass, isReadDirAttr);
    return [one('directory', 'Buffer', body.buffer, codec, infoClass)];
  },
  CHANGE_NOTIFY: (body: ChangeNotifyResponse) => [one('notify', 'Buffer', body.buffer, fileNotifyInformation)],
  QUERY_INFO: (body: QueryInfoResponse, { infoType = 0, infoClass = 0 }) => [
    information(infoType, infoClass, body.buffer),
  ],
};
