import { encode, Reader } from '@tsmbd/ms-dtyp';
import {
  CipherId,
  CompressionAlgorithmId,
  CompressionCapabilitiesFlags,
  compressionCapabilities,
  Dialect,
  encryptionCapabilities,
  HashAlgorithmId,
  type NegotiateContext,
  NegotiateContextType,
  type NegotiateResponse,
  preauthIntegrityCapabilities,
  SigningAlgorithmId,
  signingCapabilities,
} from '@tsmbd/smb2-codec';
import type { ClientOptions } from './client.ts';

/** What the server has accepted of the offer. */
export interface Chosen {
  /** Undefined if nothing can be sealed. */
  readonly cipher: { readonly id: number; readonly name: CipherName } | undefined;
  readonly signing: 'hmac-sha256' | 'aes-cmac' | 'aes-gmac';
  /** Undefined if nothing is compressed. */
  readonly compression: { readonly algorithms: readonly number[]; readonly chained: boolean } | undefined;
}

type CipherName = 'aes-128-ccm' | 'aes-128-gcm' | 'aes-256-ccm' | 'aes-256-gcm';

/** SMB2_GLOBAL_CAP_ENCRYPTION. */
const CAP_ENCRYPTION = 0x40;

/** Contexts of a NEGOTIATE for 3.1.1, [MS-SMB2] 2.2.3.1. */
export function offer({ ciphers, signing, compression }: ClientOptions, salt: Uint8Array): NegotiateContext[] {
  const contexts = [
    {
      contextType: NegotiateContextType.PREAUTH_INTEGRITY_CAPABILITIES,
      data: encode(preauthIntegrityCapabilities, { hashAlgorithms: [HashAlgorithmId.SHA_512], salt }),
    },
    {
      contextType: NegotiateContextType.ENCRYPTION_CAPABILITIES,
      data: encode(encryptionCapabilities, { ciphers: ciphers ?? [CipherId.AES_128_GCM] }),
    },
    {
      contextType: NegotiateContextType.SIGNING_CAPABILITIES,
      data: encode(signingCapabilities, { signingAlgorithms: signing ?? [SigningAlgorithmId.AES_GMAC] }),
    },
  ];
  if (compression === undefined) return contexts;
  const { algorithms, chained } = compression;
  const flags = chained ? CompressionCapabilitiesFlags.CHAINED : CompressionCapabilitiesFlags.NONE;
  const data = encode(compressionCapabilities, { flags, compressionAlgorithms: algorithms });
  return [...contexts, { contextType: NegotiateContextType.COMPRESSION_CAPABILITIES, data }];
}

/** What the server has chosen, by its answer, [MS-SMB2] 3.2.5.2. */
export function chosenBy({ dialectRevision, capabilities, negotiateContexts }: NegotiateResponse): Chosen {
  const before311 = dialectRevision !== Dialect.SMB_3_1_1;
  const seals = before311 && dialectRevision >= Dialect.SMB_3_0 && (capabilities & CAP_ENCRYPTION) !== 0;
  let cipher = seals ? named(CipherId.AES_128_CCM) : undefined;
  let signing: Chosen['signing'] = dialectRevision >= Dialect.SMB_3_0 ? 'aes-cmac' : 'hmac-sha256';
  let compression: Chosen['compression'];
  for (const { contextType, data } of negotiateContexts) {
    const reader = new Reader(data, 'negotiate context');
    if (contextType === NegotiateContextType.ENCRYPTION_CAPABILITIES) {
      cipher = named(encryptionCapabilities.decode(reader).ciphers[0]!);
    } else if (contextType === NegotiateContextType.SIGNING_CAPABILITIES) {
      signing = SIGNING_NAMES[signingCapabilities.decode(reader).signingAlgorithms[0]!]!;
    } else if (contextType === NegotiateContextType.COMPRESSION_CAPABILITIES) {
      const { flags, compressionAlgorithms } = compressionCapabilities.decode(reader);
      const algorithms = compressionAlgorithms.filter((id) => id !== CompressionAlgorithmId.NONE);
      const chained = (flags & CompressionCapabilitiesFlags.CHAINED) !== 0;
      compression = algorithms.length === 0 ? undefined : { algorithms, chained };
    }
  }
  return { cipher, signing, compression };
}

/** The server answers 0 for "none". */
function named(id: number): Chosen['cipher'] {
  const name = CIPHER_NAMES[id];
  return name === undefined ? undefined : { id, name };
}

const CIPHER_NAMES: Readonly<Record<number, CipherName>> = {
  [CipherId.AES_128_CCM]: 'aes-128-ccm',
  [CipherId.AES_128_GCM]: 'aes-128-gcm',
  [CipherId.AES_256_CCM]: 'aes-256-ccm',
  [CipherId.AES_256_GCM]: 'aes-256-gcm',
};

const SIGNING_NAMES: Readonly<Record<number, Chosen['signing']>> = {
  [SigningAlgorithmId.HMAC_SHA256]: 'hmac-sha256',
  [SigningAlgorithmId.AES_CMAC]: 'aes-cmac',
  [SigningAlgorithmId.AES_GMAC]: 'aes-gmac',
};
