/**
 * The functions of the OpenSSL that is already in the process (Node's own, whose functions its
 * executable exports), called through koffi.
 */
import { createRequire } from 'node:module';
import type { LongArgument, LongFunction } from './long-call.ts';
import type { AeadName } from './provider.ts';

/** A function of OpenSSL. */
export interface OpenSslCall extends LongFunction {
  (...args: LongArgument[]): number;
}
/** The functions of OpenSSL that are used here. */
export interface OpenSsl {
  readonly aes: (name: AeadName | `aes-${number}-cbc`) => number;
  readonly newCipher: OpenSslCall;
  readonly initCipher: OpenSslCall;
  readonly updateCipher: OpenSslCall;
  /** The same four for GMAC, whose own buffers are given by their addresses. */
  readonly startMac: OpenSslCall;
  readonly updateMac: OpenSslCall;
  readonly finalMac: OpenSslCall;
  readonly macTag: OpenSslCall;
  readonly address: (bytes: Uint8Array) => bigint;
  readonly finalCipher: OpenSslCall;
  readonly control: OpenSslCall;
  readonly freeCipher: OpenSslCall;
  readonly newCmac: OpenSslCall;
  readonly initCmac: OpenSslCall;
  readonly updateCmac: OpenSslCall;
  readonly finalCmac: OpenSslCall;
  readonly freeCmac: OpenSslCall;
  readonly sha256: number;
  readonly newHmac: OpenSslCall;
  readonly initHmac: OpenSslCall;
  readonly updateHmac: OpenSslCall;
  readonly finalHmac: OpenSslCall;
  readonly freeHmac: OpenSslCall;
}

/** Throws if anything is missing. */
export function loadOpenSsl(): OpenSsl {
  const koffi = createRequire(import.meta.url)('koffi') as {
    load(path: null): { func(name: string, result: string, args: readonly string[]): OpenSslCall };
    address(bytes: Uint8Array): bigint;
  };
  const library = koffi.load(null);
  const f = (name: string, result: string, ...args: string[]): OpenSslCall => library.func(name, result, args);
  const [int, pointer, bytes] = ['int', 'int64', 'void *'] as const;
  return {
    aes: (name) => f(`EVP_${name.replaceAll('-', '_')}`, pointer)(),
    newCipher: f('EVP_CIPHER_CTX_new', pointer),
    initCipher: f('EVP_CipherInit_ex', int, pointer, pointer, pointer, bytes, bytes, int),
    updateCipher: f('EVP_CipherUpdate', int, pointer, bytes, bytes, bytes, int),
    startMac: f('EVP_CipherInit_ex', int, pointer, pointer, pointer, pointer, pointer, int),
    updateMac: f('EVP_CipherUpdate', int, pointer, pointer, pointer, bytes, int),
    finalMac: f('EVP_CipherFinal_ex', int, pointer, pointer, pointer),
    macTag: f('EVP_CIPHER_CTX_ctrl', int, pointer, int, int, pointer),
    address: (given) => koffi.address(given),
    finalCipher: f('EVP_CipherFinal_ex', int, pointer, bytes, bytes),
    control: f('EVP_CIPHER_CTX_ctrl', int, pointer, int, int, bytes),
    freeCipher: f('EVP_CIPHER_CTX_free', 'void', pointer),
    newCmac: f('CMAC_CTX_new', pointer),
    initCmac: f('CMAC_Init', int, pointer, bytes, pointer, pointer, pointer),
    updateCmac: f('CMAC_Update', int, pointer, bytes, pointer),
    finalCmac: f('CMAC_Final', int, pointer, bytes, bytes),
    freeCmac: f('CMAC_CTX_free', 'void', pointer),
    sha256: f('EVP_sha256', pointer)(),
    newHmac: f('HMAC_CTX_new', pointer),
    initHmac: f('HMAC_Init_ex', int, pointer, bytes, int, pointer, pointer),
    updateHmac: f('HMAC_Update', int, pointer, bytes, pointer),
    finalHmac: f('HMAC_Final', int, pointer, bytes, bytes),
    freeHmac: f('HMAC_CTX_free', 'void', pointer),
  };
}

/** The context, if there is one. */
export function made(context: number): number {
  if (context === 0) throw new Error('OpenSSL has no memory for a context');
  return context;
}

/** Throws unless a function has returned that it did its work. */
export function check(result: number): void {
  if (result !== 1) throw new Error('OpenSSL refused a call');
}

/** EVP_CTRL_AEAD_*, openssl/evp.h. */
export const SET_IV_LENGTH = 0x9;
export const GET_TAG = 0x10;
export const SET_TAG = 0x11;
