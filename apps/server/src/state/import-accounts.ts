/** An account as another server kept it. */
export interface ImportedAccount {
  readonly name: string;
  /** 16 bytes. */
  readonly ntHash: Uint8Array;
}

/**
 * Reads accounts of other servers, a line each: `pdbedit -w` (`name:uid:LMHASH:NTHASH:[flags]:…`, hashes in
 * hexadecimal) and ksmbdpwd.db (`name:NTHASH`, in Base64). Throws an Error that names the line.
 */
export function parseAccounts(text: string): ImportedAccount[] {
  const accounts: ImportedAccount[] = [];
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const fields = line.split(':');
    const ntHash = fields.length >= 5 ? hexHash(fields[3]!) : fields.length === 2 ? base64Hash(fields[1]!) : undefined;
    if (ntHash === undefined || fields[0] === '') {
      throw new Error(`line ${i + 1}: neither "pdbedit -w" nor ksmbdpwd.db`);
    }
    accounts.push({ name: fields[0]!, ntHash });
  }
  return accounts;
}

function hexHash(text: string): Uint8Array | undefined {
  return /^[0-9A-Fa-f]{32}$/.test(text) ? Buffer.from(text, 'hex') : undefined;
}

function base64Hash(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 16 ? bytes : undefined;
}
