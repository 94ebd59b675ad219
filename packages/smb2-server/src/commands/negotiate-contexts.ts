import { type Codec, decode, encode } from '@tsmbd/ms-dtyp';
import {
  encryptionCapabilities,
  HashAlgorithmId,
  type NegotiateContext,
  NegotiateContextType,
  NtStatus,
  preauthIntegrityCapabilities,
  signingCapabilities,
} from '@tsmbd/smb2-codec';
import { CIPHERS, idOf, SIGNING_ALGORITHMS } from '../algorithms.ts';
import { StatusError } from '../errors.ts';
import type { RequestContext } from '../model/index.ts';
import { negotiateCompression } from './negotiate-compression.ts';

/**
 * Chooses from the client's contexts and returns the contexts that say what was chosen, [MS-SMB2]
 * 3.3.5.4.
 */
export function negotiateContexts(offered: readonly NegotiateContext[], ctx: RequestContext): NegotiateContext[] {
  return [
    preauthIntegrity(dataOf(offered, NegotiateContextType.PREAUTH_INTEGRITY_CAPABILITIES), ctx),
    encryption(dataOf(offered, NegotiateContextType.ENCRYPTION_CAPABILITIES), ctx),
    compression(dataOf(offered, NegotiateContextType.COMPRESSION_CAPABILITIES), ctx),
    signing(dataOf(offered, NegotiateContextType.SIGNING_CAPABILITIES), ctx),
  ].filter((answer) => answer !== undefined);
}

/** The data of the only context of that type; undefined when the client sent none. */
function dataOf(offered: readonly NegotiateContext[], type: number): Uint8Array | undefined {
  const found = offered.filter(({ contextType }) => contextType === type);
  if (found.length > 1) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'a negotiate context twice');
  return found[0]?.data;
}

function answer<T>(contextType: number, codec: Codec<T>, value: T): NegotiateContext {
  return { contextType, data: encode(codec, value) };
}

function preauthIntegrity(data: Uint8Array | undefined, { server }: RequestContext): NegotiateContext {
  if (data === undefined) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'no preauth integrity context');
  const { hashAlgorithms } = decode(preauthIntegrityCapabilities, data);
  if (!hashAlgorithms.includes(HashAlgorithmId.SHA_512)) {
    throw new StatusError(NtStatus.STATUS_SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP, 'no common hash');
  }
  return answer(NegotiateContextType.PREAUTH_INTEGRITY_CAPABILITIES, preauthIntegrityCapabilities, {
    hashAlgorithms: [HashAlgorithmId.SHA_512],
    salt: server.env.random(32),
  });
}

function encryption(
  data: Uint8Array | undefined,
  { connection, server }: RequestContext,
): NegotiateContext | undefined {
  const { config } = server;
  if (data === undefined || config.encryption === 'off') return undefined;
  const { ciphers } = decode(encryptionCapabilities, data);
  const theirs = new Set(ciphers.map((id) => CIPHERS.get(id)));
  connection.cipher = config.ciphers.find((cipher) => theirs.has(cipher));
  return answer(NegotiateContextType.ENCRYPTION_CAPABILITIES, encryptionCapabilities, {
    // 0 means that there is no common cipher.
    ciphers: [connection.cipher === undefined ? 0 : idOf(CIPHERS, connection.cipher)],
  });
}

function compression(
  data: Uint8Array | undefined,
  { connection, server }: RequestContext,
): NegotiateContext | undefined {
  if (data === undefined || !server.config.compression) return undefined;
  const agreed = negotiateCompression(data);
  connection.compression = agreed.compression;
  return { contextType: NegotiateContextType.COMPRESSION_CAPABILITIES, data: agreed.answer };
}

function signing(data: Uint8Array | undefined, { connection, server }: RequestContext): NegotiateContext | undefined {
  connection.signing = 'aes-cmac';
  if (data === undefined) return undefined;
  const { signingAlgorithms } = decode(signingCapabilities, data);
  if (signingAlgorithms.length === 0) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'no signing algorithm');
  }
  const theirs = new Set(signingAlgorithms.map((id) => SIGNING_ALGORITHMS.get(id)));
  const chosen = server.config.signingAlgorithms.find((algorithm) => theirs.has(algorithm));
  if (chosen === undefined) return undefined;
  connection.signing = chosen;
  return answer(NegotiateContextType.SIGNING_CAPABILITIES, signingCapabilities, {
    signingAlgorithms: [idOf(SIGNING_ALGORITHMS, chosen)],
  });
}
