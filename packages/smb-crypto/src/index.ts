export {
  CipherId,
  type CipherName,
  cipherName,
  Dialect,
  HashAlgorithmId,
  type SigningAlgorithm,
  SigningAlgorithmId,
  signingAlgorithm,
} from './constants.ts';
export { type DerivedKeys, deriveKeys, kdf } from './keys.ts';
export { CryptoError } from './lengths.ts';
export type { LongArgument, LongCall, LongFunction } from './long-call.ts';
export { INITIAL_PREAUTH_HASH, preauthHash } from './preauth.ts';
export { createSealer, isSealed, type Sealer, sealedSessionId, TRANSFORM_HEADER_LENGTH } from './sealer.ts';
export { createSigner, type Signer } from './signer.ts';
