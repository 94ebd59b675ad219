import { decrypt, type KerberosKey } from './crypto.ts';
import { applicationFields, elementsOf, integerOf, KerberosError, octetsOf, sequenceFields } from './der.ts';

/** Key usages, RFC 4120 7.5.1. */
const USAGE_TICKET = 2;
const USAGE_AUTHENTICATOR = 11;
const USAGE_AP_REP = 12;
/** [APPLICATION n] of RFC 4120. */
const TICKET = 1;
const AUTHENTICATOR = 2;
const ENC_TICKET_PART = 3;
const AP_REQ = 14;
const AP_REP = 15;
const ENC_AP_REP_PART = 27;

/** What a captured AP-REQ tells to whoever has the service's key. */
export interface KerberosLogon {
  /** `user@REALM`. */
  readonly client: string;
  readonly sessionKey: KerberosKey;
  /** The authenticator's subkey, if it has one. */
  readonly subkey: KerberosKey | undefined;
}

/**
 * Reads an AP-REQ, with or without the GSS-API frame of RFC 4121 4.1. undefined when no key fits
 * the ticket. Throws KerberosError for what is no AP-REQ.
 */
export function readApReq(token: Uint8Array, keys: readonly KerberosKey[]): KerberosLogon | undefined {
  const request = applicationFields(withoutGss(token), AP_REQ);
  const ticket = applicationFields(need(request, 3), TICKET);
  const sealed = sequenceFields(need(ticket, 3));
  const type = integerOf(sealed.get(0));
  for (const key of keys) {
    if (key.type !== type) continue;
    const plain = decrypt(key, USAGE_TICKET, octetsOf(sealed.get(2)));
    if (plain === undefined) continue;
    const part = applicationFields(plain, ENC_TICKET_PART);
    const sessionKey = keyOf(need(part, 1));
    const names = elementsOf(octetsOf(sequenceFields(need(part, 3)).get(1)));
    const realm = textOf(octetsOf(part.get(2)));
    const client = `${names.map(({ bytes }) => textOf(bytes)).join('/')}@${realm}`;
    return { client, sessionKey, subkey: subkeyOf(request, sessionKey) };
  }
  return undefined;
}

/** The subkey of an AP-REP, if it has one. Throws KerberosError for what is no AP-REP. */
export function readApRep(token: Uint8Array, sessionKey: KerberosKey): KerberosKey | undefined {
  const answer = applicationFields(withoutGss(token), AP_REP);
  const plain = decrypt(sessionKey, USAGE_AP_REP, octetsOf(sequenceFields(need(answer, 2)).get(2)));
  if (plain === undefined) return undefined;
  const subkey = applicationFields(plain, ENC_AP_REP_PART).get(2);
  return subkey === undefined ? undefined : keyOf(subkey);
}

function subkeyOf(request: Map<number, Uint8Array>, sessionKey: KerberosKey): KerberosKey | undefined {
  const plain = decrypt(sessionKey, USAGE_AUTHENTICATOR, octetsOf(sequenceFields(need(request, 4)).get(2)));
  const subkey = plain && applicationFields(plain, AUTHENTICATOR).get(6);
  return subkey === undefined ? undefined : keyOf(subkey);
}

/** EncryptionKey, RFC 4120 5.2.9. */
function keyOf(bytes: Uint8Array): KerberosKey {
  const fields = sequenceFields(bytes);
  return { type: integerOf(fields.get(0)), value: octetsOf(fields.get(1)).slice() };
}

/** The token within [APPLICATION 0] { OID, two bytes that say which token }. */
function withoutGss(token: Uint8Array): Uint8Array {
  if (token[0] !== 0x60) return token;
  const inner = elementsOf(token)[0]!.bytes;
  // The OID is DER, the token behind it is not: its length is the OID's own.
  const oidEnd = 2 + (inner[1] ?? 0);
  if (inner[0] !== 0x06 || oidEnd + 2 > inner.length) throw new KerberosError('no token of Kerberos');
  return inner.subarray(oidEnd + 2);
}

function need(fields: Map<number, Uint8Array>, number: number): Uint8Array {
  const field = fields.get(number);
  if (field === undefined) throw new KerberosError(`field [${number}] is missing`);
  return field;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
