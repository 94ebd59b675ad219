import { randomBytes } from 'node:crypto';
import { accountKey } from '@tsmbd/ms-dtyp';

/** An account of another server. */
export interface ImportedAccount {
  readonly name: string;
  /** 16 bytes; random if the other server had no hash. */
  readonly ntHash: Uint8Array;
  /** The account could not log on there, so it cannot log on here. */
  readonly disabled: boolean;
}

/**
 * Reads accounts of other servers, a line each: `pdbedit -w` (`name:uid:LMHASH:NTHASH:[flags]:…`,
 * hashes in hexadecimal, smbpasswd(5)) and ksmbdpwd.db (`name:NTHASH`, in Base64, which has no
 * flags).
 *
 * A line whose account could not log on is taken as a disabled account: flags without U (a
 * machine's, a domain's) or with D (disabled), L (locked), N (no password), W, S or I (trusts), and
 * a hash that is none (NO PASSWORD, X, zeros).
 *
 * Throws an Error that names the line.
 */
export function parseAccounts(text: string): ImportedAccount[] {
  const accounts = new Map<string, ImportedAccount>();
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const account = accountIn(line);
    if (account === undefined) throw new Error(`line ${i + 1}: neither "pdbedit -w" nor ksmbdpwd.db`);
    const key = accountKey(account.name);
    if (accounts.has(key)) throw new Error(`line ${i + 1}: ${account.name} is there already`);
    accounts.set(key, account);
  }
  return [...accounts.values()];
}

function accountIn(line: string): ImportedAccount | undefined {
  const [name, second, , hash, flags] = line.split(':');
  if (name === undefined || name === '' || second === undefined) return undefined;
  if (hash === undefined) {
    const kept = base64Hash(second);
    return line.split(':').length === 2 && kept !== undefined ? accountOf(name, kept, true) : undefined;
  }
  const letters = /^\[([A-Z ]*)\]$/.exec(flags ?? '')?.[1];
  if (letters === undefined || hash.length !== 32) return undefined;
  if (/^[0-9A-Fa-f]+$/.test(hash)) return accountOf(name, Buffer.from(hash, 'hex'), mayLogOn(letters));
  return NO_HASH.test(hash) ? accountOf(name, undefined, false) : undefined;
}

/** What smbd writes if an account has no hash. */
const NO_HASH = /^(?:NO PASSWORD)?X+$/;

function mayLogOn(flags: string): boolean {
  return flags.includes('U') && !/[DLNWSI]/.test(flags);
}

function accountOf(name: string, hash: Buffer | undefined, mayLogOn: boolean): ImportedAccount {
  // A hash that everybody knows does not count: a client that knows it needs no password.
  const usable = hash?.some((byte) => byte !== 0) ? hash : undefined;
  return { name, ntHash: usable ?? randomBytes(16), disabled: !mayLogOn || usable === undefined };
}

function base64Hash(text: string): Buffer | undefined {
  return /^[0-9A-Za-z+/]{22}==$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
