import type { Codec } from './codec.ts';
import { CodecError } from './codec-error.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** A SID as text, `S-1-5-21-1-2-3-1000`, in the form that `sidToText` gives. [MS-DTYP] 2.4.2.1. */
export type Sid = string;

const MAX_SUB_AUTHORITIES = 15;
const TEXT = /^S-1-(\d{1,15}|0x[0-9a-f]{1,12})((?:-\d{1,10}){1,15})$/i;

/**
 * SID packet representation, [MS-DTYP] 2.4.2.2. A SID without sub-authorities has no text form and
 * is an error in both directions.
 */
export const sid: Codec<Sid> = {
  name: 'SID',
  section: '[MS-DTYP] 2.4.2.2',
  decode(r) {
    const revision = r.u8('Revision');
    if (revision !== 1) r.fail('Revision', `${revision}, must be 1`, r.position - 1);
    const count = r.u8('SubAuthorityCount');
    if (count === 0 || count > MAX_SUB_AUTHORITIES) {
      r.fail('SubAuthorityCount', `${count}, must be 1 to ${MAX_SUB_AUTHORITIES}`, r.position - 1);
    }
    const authority = r.take(6, 'IdentifierAuthority');
    let value = 0;
    for (const byte of authority) value = value * 256 + byte;
    let text = `S-1-${authorityText(value)}`;
    for (let i = 0; i < count; i++) text += `-${r.u32('SubAuthority')}`;
    return text;
  },
  encode(w, value) {
    const { authority, subAuthorities } = parseSid(value);
    w.u8(1);
    w.u8(subAuthorities.length);
    for (let i = 5; i >= 0; i--) w.u8(Math.floor(authority / 256 ** i) % 256);
    for (const part of subAuthorities) w.u32(part);
  },
};

/** The SID in bytes that contain nothing else. Throws CodecError. */
export function sidFromBytes(bytes: Uint8Array): Sid {
  const r = new Reader(bytes, 'SID');
  const value = sid.decode(r);
  if (r.remaining > 0) r.fail('SubAuthority', `${r.remaining} bytes too many`);
  return value;
}

/** The wire form of a SID. Throws CodecError if the text is not a SID. */
export function sidToBytes(value: Sid): Uint8Array {
  const w = new Writer(sidLength(value));
  sid.encode(w, value);
  return w.result();
}

/** Length of a SID's wire form, in bytes. */
export function sidLength(value: Sid): number {
  return 8 + 4 * parseSid(value).subAuthorities.length;
}

/**
 * A SID's text as this package writes it: decimal authority below 2^32, hexadecimal above. Throws
 * CodecError.
 */
export function normalizeSid(text: string): Sid {
  const { authority, subAuthorities } = parseSid(text);
  return `S-1-${authorityText(authority)}-${subAuthorities.join('-')}`;
}

/** Whether a text is a SID. */
export function isSid(text: string): boolean {
  return tryParse(text) !== undefined;
}

/** The SID of an account: its domain's SID and its RID. */
export function sidWithRid(domain: Sid, rid: number): Sid {
  return `${domain}-${rid}`;
}

/**
 * Splits a SID into the domain's SID and the last sub-authority. Returns undefined if no SID is
 * left before that.
 */
export function splitRid(value: Sid): { domain: Sid; rid: number } | undefined {
  const at = value.lastIndexOf('-');
  const domain = value.slice(0, at);
  return isSid(domain) ? { domain, rid: Number(value.slice(at + 1)) } : undefined;
}

interface SidParts {
  readonly authority: number;
  readonly subAuthorities: readonly number[];
}

function parseSid(text: string): SidParts {
  const parts = tryParse(text);
  if (parts === undefined) throw new CodecError('SID', 'Text', 0, `not a SID: ${text.slice(0, 200)}`);
  return parts;
}

function tryParse(text: string): SidParts | undefined {
  const match = TEXT.exec(text);
  if (match === null) return undefined;
  const authority = Number(match[1]);
  const subAuthorities = match[2]!.slice(1).split('-').map(Number);
  if (authority >= 2 ** 48 || subAuthorities.some((part) => part > 0xffffffff)) return undefined;
  return { authority, subAuthorities };
}

function authorityText(authority: number): string {
  return authority < 2 ** 32 ? `${authority}` : `0x${authority.toString(16)}`;
}
