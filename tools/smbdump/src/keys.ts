import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ntHash } from '@tsmbd/ntlm-auth';
import { readKeytab } from './kerberos/keytab.ts';
import { bytesOf, KeyRing } from './track/key-ring.ts';

/** What the command line says of keys. */
export interface KeyOptions {
  /** `KEY`, or `SESSIONID:KEY`, in hex. */
  readonly sessionKey?: readonly string[];
  /** Files of `KeyRing.addText`, or an index of captures in JSON as `test-fixtures/` has it. */
  readonly keys?: readonly string[];
  readonly password?: readonly string[];
  /** 32 hex digits. */
  readonly ntHash?: readonly string[];
  /** Keytabs of services, for sessions of Kerberos. */
  readonly keytab?: readonly string[];
}

/**
 * The keys that the options name. Throws Error for what is no key, and what the file system throws.
 */
export function keyRingOf(options: KeyOptions, capture: string): KeyRing {
  const ring = new KeyRing();
  for (const word of options.sessionKey ?? []) {
    const [left = '', right] = word.split(':');
    if (right === undefined) ring.anySession.push(bytesOf(left));
    else ring.addSessionKey(left, bytesOf(right));
  }
  for (const password of options.password ?? []) ring.ntHashes.push(ntHash(password));
  for (const hash of options.ntHash ?? []) {
    const bytes = bytesOf(hash);
    if (bytes.length !== 16) throw new Error('an NT hash has 32 hex digits');
    ring.ntHashes.push(bytes);
  }
  for (const file of options.keytab ?? []) ring.kerberosKeys.push(...readKeytab(new Uint8Array(readFileSync(file))));
  for (const file of options.keys ?? []) addFile(ring, readFileSync(file, 'utf8'), basename(capture));
  return ring;
}

interface IndexEntry {
  readonly file: string;
  readonly sessions: readonly { readonly sessionId: string; readonly sessionKey?: string }[];
}

function addFile(ring: KeyRing, text: string, capture: string): void {
  if (!text.trimStart().startsWith('[')) {
    ring.addText(text);
    return;
  }
  const entries = JSON.parse(text) as readonly IndexEntry[];
  for (const { file, sessions } of entries) {
    if (file !== capture) continue;
    for (const { sessionId, sessionKey } of sessions) {
      if (sessionKey !== undefined) ring.addSessionKey(sessionId, bytesOf(sessionKey));
    }
  }
}
