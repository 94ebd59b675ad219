import { decode } from '@tsmbd/ms-dtyp';
import {
  CipherId,
  cipherName,
  createSealer,
  createSigner,
  type DerivedKeys,
  Dialect,
  deriveKeys,
  INITIAL_PREAUTH_HASH,
  preauthHash,
  SigningAlgorithmId,
  signingAlgorithm,
} from '@tsmbd/smb-crypto';
import {
  Capabilities,
  encryptionCapabilities,
  NegotiateContextType,
  type NegotiateResponse,
  signingCapabilities,
} from '@tsmbd/smb2-codec';
import type { DirectKeys } from './key-ring.ts';
import type { Agreement, ChannelSecurity, SessionState } from './model.ts';

/**
 * Preauthentication hashes that wait for their session's answer; more than any client has under
 * way.
 */
const MAX_PENDING_HASHES = 1024;

/** The hashes and algorithms of a connection, [MS-SMB2] 3.2.5.2 and 3.2.5.3. */
export class Negotiation {
  readonly agreement: Agreement = { dialect: 0, cipherId: 0, signingId: undefined };
  #hash: Uint8Array = INITIAL_PREAUTH_HASH;
  /** By MessageId of a request that is not answered. */
  readonly #requests = new Map<bigint, Uint8Array>();
  /** By SessionId, while a session is being set up. */
  readonly #sessions = new Map<bigint, Uint8Array>();

  /**
   * A NEGOTIATE message, whole. The hash begins with the request: an answer to SMB1's comes before
   * it, 3.3.5.3.2.
   */
  hashNegotiate(message: Uint8Array, isRequest: boolean): void {
    this.#hash = preauthHash(isRequest ? INITIAL_PREAUTH_HASH : this.#hash, message);
  }

  /** What a NEGOTIATE Response chose. */
  agree(response: NegotiateResponse): void {
    const { agreement } = this;
    agreement.dialect = response.dialectRevision;
    agreement.cipherId = 0;
    agreement.signingId = undefined;
    const is30 = agreement.dialect === Dialect.SMB_3_0 || agreement.dialect === Dialect.SMB_3_0_2;
    if (is30 && (response.capabilities & Capabilities.ENCRYPTION) !== 0) agreement.cipherId = CipherId.AES_128_CCM;
    for (const { contextType, data } of response.negotiateContexts) {
      if (contextType === NegotiateContextType.ENCRYPTION_CAPABILITIES) {
        agreement.cipherId = decode(encryptionCapabilities, data).ciphers[0] ?? 0;
      }
      if (contextType === NegotiateContextType.SIGNING_CAPABILITIES) {
        agreement.signingId = decode(signingCapabilities, data).signingAlgorithms[0];
      }
    }
  }

  /** A SESSION_SETUP Request; goes on from the session's hash where it has one. */
  hashRequest(messageId: bigint, sessionId: bigint, message: Uint8Array): void {
    if (this.#requests.size >= MAX_PENDING_HASHES) this.#requests.clear();
    this.#requests.set(messageId, preauthHash(this.#sessions.get(sessionId) ?? this.#hash, message));
  }

  /** A SESSION_SETUP Response with STATUS_MORE_PROCESSING_REQUIRED. */
  hashResponse(messageId: bigint, sessionId: bigint, message: Uint8Array): void {
    const before = this.#requests.get(messageId);
    if (before === undefined) return;
    this.#requests.delete(messageId);
    if (this.#sessions.size >= MAX_PENDING_HASHES) this.#sessions.clear();
    this.#sessions.set(sessionId, preauthHash(before, message));
  }

  /**
   * The hash that a session's keys are derived with, when its last SESSION_SETUP Request was
   * answered.
   */
  finish(messageId: bigint, sessionId: bigint): Uint8Array | undefined {
    const hash = this.#requests.get(messageId);
    this.#requests.delete(messageId);
    this.#sessions.delete(sessionId);
    return hash;
  }
}

/**
 * Derives a session's keys; undefined where the preauthentication hash that 3.1.1 needs was not
 * seen.
 */
export function keysOf(
  { dialect, cipherId }: Agreement,
  sessionKey: Uint8Array,
  hash: Uint8Array | undefined,
): DerivedKeys | undefined {
  if (dialect === 0 || (dialect === Dialect.SMB_3_1_1 && hash === undefined)) return undefined;
  return deriveKeys(dialect, cipherId, sessionKey, hash);
}

/**
 * Signer and sealers of a session on one connection. A bound channel has a signing key of its own.
 */
export function securityOf(
  { dialect, cipherId, signingId }: Agreement,
  session: SessionState,
  signingKey: Uint8Array | undefined,
  direct: DirectKeys | undefined,
): ChannelSecurity {
  const byDialect = dialect >= Dialect.SMB_3_0 ? SigningAlgorithmId.AES_CMAC : SigningAlgorithmId.HMAC_SHA256;
  const algorithm = signingAlgorithm(signingId ?? byDialect);
  const cipher = cipherName(cipherId);
  const toServer = direct?.clientToServer ?? session.keys?.clientToServer;
  const toClient = direct?.serverToClient ?? session.keys?.serverToClient;
  const sealer = (key: Uint8Array | undefined) =>
    cipher !== undefined && key?.length === (cipher.includes('256') ? 32 : 16) ? createSealer(cipher, key) : undefined;
  return {
    signer: signingKey && algorithm && createSigner(algorithm, signingKey),
    fromClient: sealer(toServer),
    fromServer: sealer(toClient),
  };
}

/** Agreements to try where the capture began after the NEGOTIATE, for keys of this length. */
export function guesses(keyLength: number): readonly Agreement[] {
  const ciphers =
    keyLength === 32 ? [CipherId.AES_256_GCM, CipherId.AES_256_CCM] : [CipherId.AES_128_GCM, CipherId.AES_128_CCM];
  return ciphers.map((cipherId) => ({ dialect: Dialect.SMB_3_1_1, cipherId, signingId: undefined }));
}
