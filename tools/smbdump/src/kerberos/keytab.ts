import type { KerberosKey } from './crypto.ts';
import { KerberosError } from './der.ts';

/** A key of a keytab, and whose it is. */
export interface KeytabEntry extends KerberosKey {
  /** `cifs/server.example@EXAMPLE`. */
  readonly principal: string;
  readonly version: number;
}

/**
 * MIT's keytab, version 0x0502: big-endian records, of which those with a negative length are
 * holes.
 */
export function readKeytab(bytes: Uint8Array): KeytabEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 2 || view.getUint16(0) !== 0x0502) throw new KerberosError('no keytab of version 0x0502');
  const entries: KeytabEntry[] = [];
  for (let at = 2; at + 4 <= bytes.length; ) {
    const length = view.getInt32(at);
    at += 4;
    const end = at + Math.abs(length);
    if (length === 0 || end > bytes.length) break;
    if (length > 0) entries.push(readEntry(view, bytes, at, end));
    at = end;
  }
  return entries;
}

function readEntry(view: DataView, bytes: Uint8Array, start: number, end: number): KeytabEntry {
  let at = start;
  const take = (count: number): number => {
    if (at + count > end) throw new KerberosError('an entry of the keytab is cut');
    at += count;
    return at - count;
  };
  const octets = (): Uint8Array => {
    const length = view.getUint16(take(2));
    const from = take(length);
    return bytes.subarray(from, from + length);
  };
  const text = (): string => new TextDecoder().decode(octets());
  const count = view.getUint16(take(2));
  const realm = text();
  const names = Array.from({ length: Math.min(count, 16) }, text);
  // Name type and time.
  take(8);
  let version = view.getUint8(take(1));
  const type = view.getUint16(take(2));
  const value = octets().slice();
  // A longer version number may follow.
  if (end - at >= 4) version = view.getUint32(take(4)) || version;
  return { principal: `${names.join('/')}@${realm}`, version, type, value };
}
