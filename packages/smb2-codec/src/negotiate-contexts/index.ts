export {
  CompressionAlgorithmId,
  type CompressionCapabilities,
  CompressionCapabilitiesFlags,
  compressionCapabilities,
} from './compression-capabilities.ts';
export {
  CipherId,
  type EncryptionCapabilities,
  encryptionCapabilities,
} from './encryption-capabilities.ts';
export {
  decodeNegotiateContexts,
  encodeNegotiateContexts,
  type NegotiateContext,
  NegotiateContextType,
  negotiateContext,
} from './negotiate-context.ts';
export { negotiateContextCodec } from './negotiate-context-codecs.ts';
export {
  type NetnameNegotiateContextId,
  netnameNegotiateContextId,
} from './netname-negotiate-context-id.ts';
export {
  HashAlgorithmId,
  type PreauthIntegrityCapabilities,
  preauthIntegrityCapabilities,
} from './preauth-integrity-capabilities.ts';
export {
  type RdmaTransformCapabilities,
  RdmaTransformId,
  rdmaTransformCapabilities,
} from './rdma-transform-capabilities.ts';
export {
  SigningAlgorithmId,
  type SigningCapabilities,
  signingCapabilities,
} from './signing-capabilities.ts';
export {
  type TransportCapabilities,
  TransportCapabilitiesFlags,
  transportCapabilities,
} from './transport-capabilities.ts';
