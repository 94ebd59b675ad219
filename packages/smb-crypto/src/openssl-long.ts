import { aeadLengths, TAG_LENGTH } from './lengths.ts';
import type { LongArgument, LongCall } from './long-call.ts';
import { check, GET_TAG, made, type OpenSsl, type OpenSslCall, SET_IV_LENGTH, SET_TAG } from './openssl-calls.ts';
import type { AeadName, CryptoProvider, LongEncrypt } from './provider.ts';

/**
 * Signing and sealing of long messages. Each message has a context of its own, because another
 * thread uses it while this one signs other messages with the same key.
 */
export function longCalls(ssl: OpenSsl): NonNullable<CryptoProvider['long']> {
  return {
    hmacSha256: (key) => (message, tell) => {
      const context = begun(ssl.newHmac(), ssl.freeHmac, (c) => ssl.initHmac(c, key, key.length, ssl.sha256, 0));
      return longCall(ssl.updateHmac, [context, message, message.length], ssl.freeHmac, () => {
        const mac = new Uint8Array(32);
        check(ssl.finalHmac(context, mac, null));
        tell(mac);
      });
    },
    aesCmac(key) {
      const cipher = ssl.aes(`aes-${key.length * 8}-cbc`);
      return (message, tell) => {
        const context = begun(ssl.newCmac(), ssl.freeCmac, (c) => ssl.initCmac(c, key, key.length, cipher, 0));
        return longCall(ssl.updateCmac, [context, message, message.length], ssl.freeCmac, () => {
          const mac = new Uint8Array(16);
          check(ssl.finalCmac(context, mac, null));
          tell(mac);
        });
      };
    },
    aesGmac(key) {
      const cipher = ssl.aes('aes-128-gcm');
      return (nonce, message, tell) => {
        const context = begunCipher(ssl, (c) => ssl.initCipher(c, cipher, 0, key, nonce, 1));
        const count = new Uint8Array(4);
        return longCall(ssl.updateCipher, [context, null, count, message, message.length], ssl.freeCipher, () => {
          const tag = new Uint8Array(TAG_LENGTH);
          finish(ssl, context, tag);
          tell(tag);
        });
      };
    },
    aead: (name, key) => encryptLong(ssl, name, key),
  };
}

function encryptLong(ssl: OpenSsl, name: AeadName, key: Uint8Array): LongEncrypt {
  const cipher = ssl.aes(name);
  const isCcm = name === 'aes-128-ccm' || name === 'aes-256-ccm';
  return (nonce, aad, text, tag) => {
    const count = new Uint8Array(4);
    const context = begunCipher(ssl, (c) => {
      if (!isCcm) {
        check(ssl.initCipher(c, cipher, 0, key, nonce, 1));
      } else {
        // CCM needs the lengths of nonce and tag before the key, and the length of the text before
        // its bytes.
        check(ssl.initCipher(c, cipher, 0, null, null, 1));
        check(ssl.control(c, SET_IV_LENGTH, aeadLengths(name).nonce, null));
        check(ssl.control(c, SET_TAG, TAG_LENGTH, null));
        check(ssl.initCipher(c, 0, 0, key, nonce, 1));
        check(ssl.updateCipher(c, null, count, null, text.length));
      }
      return ssl.updateCipher(c, null, count, aad, aad.length);
    });
    return longCall(ssl.updateCipher, [context, text, count, text, text.length], ssl.freeCipher, () =>
      finish(ssl, context, tag),
    );
  };
}

/** A new context for which `begin` has returned 1. Throws if it does not, and frees the context. */
function begun(context: number, free: OpenSslCall, begin: (context: number) => number): number {
  made(context);
  try {
    check(begin(context));
    return context;
  } catch (error) {
    free(context);
    throw error;
  }
}

function begunCipher(ssl: OpenSsl, begin: (context: number) => number): number {
  return begun(ssl.newCipher(), ssl.freeCipher, begin);
}

/** The first of `args` is the context, which is freed at the end. */
function longCall(
  call: OpenSslCall,
  args: readonly [number, ...LongArgument[]],
  free: OpenSslCall,
  end: () => void,
): LongCall {
  return {
    call,
    args,
    end(result) {
      try {
        check(result);
        end();
      } finally {
        free(args[0]);
      }
    },
  };
}

function finish(ssl: OpenSsl, context: number, tag: Uint8Array): void {
  check(ssl.finalCipher(context, new Uint8Array(16), new Uint8Array(4)));
  check(ssl.control(context, GET_TAG, TAG_LENGTH, tag));
}
