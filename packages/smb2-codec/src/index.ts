export { EncodeError, NtStatus, ntStatusName } from '@tsmbd/ms-dtyp';
export { AccessMask } from './access-mask.ts';
export { type CommandName, commandCodecs, commandName, type RequestOf, type ResponseOf } from './command-codecs.ts';
export * from './commands/index.ts';
export { type CompoundElement, splitCompound } from './compound.ts';
export {
  type ChainedCompression,
  COMPRESSION_PROTOCOL_ID,
  CompressionFlags,
  type CompressionPayload,
  type CompressionTransform,
  compressionTransform,
  type PatternV1,
  patternV1,
  type UnchainedCompression,
} from './compression-transform.ts';
export * from './create-contexts/index.ts';
export * from './dissect/index.ts';
export { ANY_FILE_ID, type FileId, fileId } from './file-id.ts';
export * from './fscc/index.ts';
export * from './fsctl/index.ts';
export { Command, HEADER_SIZE, type Header, HeaderFlags, header, SMB2_PROTOCOL_ID } from './header.ts';
export { formatIpv6, parseIpv4, parseIpv6 } from './ip-address.ts';
export {
  type Body,
  decodeBody,
  decodeElement,
  decodeMessage,
  encodeBody,
  encodeMessage,
  type MessageElement,
  makeHeader,
} from './message.ts';
export * from './negotiate-contexts/index.ts';
export { type MessageKind, protocolOf } from './protocol.ts';
export { type BufferDescriptorV1, bufferDescriptorV1List } from './rdma-channel.ts';
export { type RdmaCryptoTransform, type RdmaTransform, RdmaTransformType, rdmaTransform } from './rdma-transform.ts';
export * from './smb1/index.ts';
export { type JsonValue, type ToJsonOptions, toJson } from './to-json.ts';
export {
  TRANSFORM_AAD_OFFSET,
  TRANSFORM_HEADER_SIZE,
  TRANSFORM_PROTOCOL_ID,
  TransformFlags,
  type TransformHeader,
  transformHeader,
} from './transform-header.ts';
