import type { Codec } from '@tsmbd/ms-dtyp';
import { compressionCapabilities } from './compression-capabilities.ts';
import { encryptionCapabilities } from './encryption-capabilities.ts';
import { NegotiateContextType as Type } from './negotiate-context.ts';
import { netnameNegotiateContextId } from './netname-negotiate-context-id.ts';
import { preauthIntegrityCapabilities } from './preauth-integrity-capabilities.ts';
import { rdmaTransformCapabilities } from './rdma-transform-capabilities.ts';
import { signingCapabilities } from './signing-capabilities.ts';
import { transportCapabilities } from './transport-capabilities.ts';

/** The codec of a negotiate context's data, [MS-SMB2] 2.2.3.1; undefined for an unknown type. */
export function negotiateContextCodec(contextType: number): Codec<unknown> | undefined {
  return TABLE.get(contextType);
}

const TABLE: ReadonlyMap<number, Codec<unknown>> = new Map<number, Codec<unknown>>([
  [Type.PREAUTH_INTEGRITY_CAPABILITIES, preauthIntegrityCapabilities],
  [Type.ENCRYPTION_CAPABILITIES, encryptionCapabilities],
  [Type.COMPRESSION_CAPABILITIES, compressionCapabilities],
  [Type.NETNAME_NEGOTIATE_CONTEXT_ID, netnameNegotiateContextId],
  [Type.TRANSPORT_CAPABILITIES, transportCapabilities],
  [Type.RDMA_TRANSFORM_CAPABILITIES, rdmaTransformCapabilities],
  [Type.SIGNING_CAPABILITIES, signingCapabilities],
]);
