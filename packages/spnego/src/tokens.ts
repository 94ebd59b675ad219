import {
  application,
  bytesOf,
  childrenOf,
  context,
  type Der,
  elementsOf,
  enumerated,
  fieldsOf,
  generalString,
  isSequence,
  objectIdentifier,
  octetString,
  parse,
  sequence,
  toEnumerated,
  toGeneralString,
  toOctets,
  toOid,
} from './der.ts';
import { SpnegoError } from './error.ts';
import { MechOid } from './oids.ts';

/** negState, RFC 4178 4.2.2. */
export const NegState = { ACCEPT_COMPLETED: 0, ACCEPT_INCOMPLETE: 1, REJECT: 2, REQUEST_MIC: 3 } as const;

/**
 * NegTokenInit, RFC 4178 4.2.1, and NegTokenInit2, [MS-SPNG] 2.2.1. reqFlags are skipped when
 * reading and are never written.
 */
export interface NegTokenInit {
  /** OIDs in dotted form, the sender's favourite first. */
  readonly mechTypes: readonly string[];
  /** The token for the first of mechTypes. */
  readonly mechToken?: Uint8Array;
  /** hintName of negHints. If it is present, the token is a NegTokenInit2. */
  readonly hintName?: string;
  readonly mechListMic?: Uint8Array;
}

/** NegTokenResp, RFC 4178 4.2.2. */
export interface NegTokenResp {
  /** A value of NegState. */
  readonly negState?: number;
  readonly supportedMech?: string;
  readonly responseToken?: Uint8Array;
  readonly mechListMic?: Uint8Array;
}

export type NegToken =
  | { readonly kind: 'init'; readonly init: NegTokenInit }
  | { readonly kind: 'resp'; readonly resp: NegTokenResp };

/** Decodes either token. Throws SpnegoError `malformed`. */
export function decodeNegToken(bytes: Uint8Array): NegToken {
  const der = parse(bytes);
  if (der.type === 1 && bytes[0] === RESP_TAG) return { kind: 'resp', resp: readResp(der) };
  return { kind: 'init', init: readInit(der) };
}

/** The DER of a NegTokenInit in its GSS-API frame, RFC 2743 3.1. */
export function encodeNegTokenInit(init: NegTokenInit): Uint8Array {
  const fields = [context(0, mechTypeList(init.mechTypes))];
  if (init.mechToken !== undefined) fields.push(context(2, octetString(init.mechToken)));
  const hints = init.hintName !== undefined;
  if (hints) fields.push(context(3, sequence([context(0, generalString(init.hintName))])));
  if (init.mechListMic !== undefined) fields.push(context(hints ? 4 : 3, octetString(init.mechListMic)));
  return bytesOf(application(0, objectIdentifier(MechOid.SPNEGO), context(0, sequence(fields))));
}

/** The DER of a NegTokenResp. */
export function encodeNegTokenResp(resp: NegTokenResp): Uint8Array {
  const fields: Der[] = [];
  if (resp.negState !== undefined) fields.push(context(0, enumerated(resp.negState)));
  if (resp.supportedMech !== undefined) fields.push(context(1, objectIdentifier(resp.supportedMech)));
  if (resp.responseToken !== undefined) fields.push(context(2, octetString(resp.responseToken)));
  if (resp.mechListMic !== undefined) fields.push(context(3, octetString(resp.mechListMic)));
  return bytesOf(context(1, sequence(fields)));
}

/** The DER of a MechTypeList. A mechListMIC is computed over it, RFC 4178 4.2.1. */
export function encodeMechTypeList(mechTypes: readonly string[]): Uint8Array {
  return bytesOf(mechTypeList(mechTypes));
}

function readInit(der: Der): NegTokenInit {
  const [oid, choice, ...more] = childrenOf(der, 'application', 0, 'InitialContextToken');
  if (oid === undefined || choice === undefined || more.length > 0) {
    throw new SpnegoError('malformed', 'InitialContextToken: not an OID and a token');
  }
  const mech = toOid(oid, 'thisMech');
  if (mech !== MechOid.SPNEGO) throw new SpnegoError('malformed', `thisMech ${mech} is not SPNEGO`);
  const [body] = childrenOf(choice, 'context', 0, 'NegTokenInit');
  if (body === undefined) throw new SpnegoError('malformed', 'NegTokenInit: empty');
  const fields = fieldsOf(body, 'NegTokenInit');
  const list = fields.get(0);
  if (list === undefined) throw new SpnegoError('malformed', 'NegTokenInit without mechTypes');
  const mechToken = fields.get(2);
  // [3] is the mechListMIC of RFC 4178 or the negHints of MS-SPNG. In MS-SPNG the MIC is [4].
  const third = fields.get(3);
  const hints = third !== undefined && isSequence(third) ? fieldsOf(third, 'negHints').get(0) : undefined;
  const mic = third !== undefined && !isSequence(third) ? third : fields.get(4);
  return {
    mechTypes: elementsOf(list, 'mechTypes').map((value) => toOid(value, 'mechTypes')),
    ...(mechToken !== undefined && { mechToken: toOctets(mechToken, 'mechToken') }),
    ...(hints !== undefined && { hintName: toGeneralString(hints, 'hintName') }),
    ...(mic !== undefined && { mechListMic: toOctets(mic, 'mechListMIC') }),
  };
}

function readResp(der: Der): NegTokenResp {
  const [body] = childrenOf(der, 'context', 1, 'NegTokenResp');
  if (body === undefined) throw new SpnegoError('malformed', 'NegTokenResp: empty');
  const fields = fieldsOf(body, 'NegTokenResp');
  const [negState, supportedMech, responseToken, mic] = [0, 1, 2, 3].map((n) => fields.get(n));
  return {
    ...(negState !== undefined && { negState: toEnumerated(negState, 'negState') }),
    ...(supportedMech !== undefined && { supportedMech: toOid(supportedMech, 'supportedMech') }),
    ...(responseToken !== undefined && { responseToken: toOctets(responseToken, 'responseToken') }),
    ...(mic !== undefined && { mechListMic: toOctets(mic, 'mechListMIC') }),
  };
}

function mechTypeList(mechTypes: readonly string[]): Der {
  return sequence(mechTypes.map(objectIdentifier));
}

/** [1], constructed. */
const RESP_TAG = 0xa1;
