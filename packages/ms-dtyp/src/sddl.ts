import { AccessMask, FileAccess } from './access-mask.ts';
import { type Ace, AceFlags, AceType } from './ace.ts';
import type { Acl } from './acl.ts';
import { CodecError } from './codec-error.ts';
import { guidToBytes } from './guid.ts';
import { SdControl, type SecurityDescriptor } from './security-descriptor.ts';
import { normalizeSid, type Sid, sidWithRid } from './sid.ts';
import { WellKnownSid } from './well-known-sids.ts';

/**
 * The descriptor that an SDDL text describes, [MS-DTYP] 2.5.1. Throws CodecError. Conditions and
 * resource attributes are not supported.
 *
 * @param domain SID of the domain for DA, DU and similar names; without it these names are errors
 */
export function parseSddl(text: string, domain?: Sid): SecurityDescriptor {
  const sections =
    /^(?:O:([^:()]*?))?(?:G:([^:()]*?))?(?:D:([A-Z_]*)((?:\([^()]*\))*))?(?:S:([A-Z]*)((?:\([^()]*\))*))?$/.exec(
      text.replaceAll(/\s+/g, ''),
    );
  if (sections === null) fail('SDDL', text);
  const [, owner, group, daclFlags, daclAces, saclFlags, saclAces] = sections;
  const hasNullDacl = daclFlags?.includes('NO_ACCESS_CONTROL') === true;
  let control: number = SdControl.SELF_RELATIVE;
  if (daclFlags !== undefined) {
    control |= SdControl.DACL_PRESENT | controlBits(daclFlags.replace('NO_ACCESS_CONTROL', ''), DACL_FLAGS);
  }
  if (saclFlags !== undefined) control |= SdControl.SACL_PRESENT | controlBits(saclFlags, SACL_FLAGS);
  return {
    control,
    ...(owner !== undefined && { owner: parseTrustee(owner, domain) }),
    ...(group !== undefined && { group: parseTrustee(group, domain) }),
    ...(saclFlags !== undefined && { sacl: parseAcl(saclAces ?? '', domain) }),
    ...(daclFlags !== undefined && { dacl: hasNullDacl ? null : parseAcl(daclAces ?? '', domain) }),
  };
}

/**
 * A descriptor as SDDL text, [MS-DTYP] 2.5.1. Throws CodecError for entries that cannot be written
 * as text here.
 */
export function formatSddl(sd: SecurityDescriptor): string {
  let text = '';
  if (sd.owner !== undefined) text += `O:${formatTrustee(sd.owner)}`;
  if (sd.group !== undefined) text += `G:${formatTrustee(sd.group)}`;
  if (sd.dacl === null) text += `D:${flagText(sd.control, DACL_FLAGS)}NO_ACCESS_CONTROL`;
  else if (sd.dacl !== undefined)
    text += `D:${flagText(sd.control, DACL_FLAGS)}${sd.dacl.aces.map(formatAce).join('')}`;
  if (sd.sacl) text += `S:${flagText(sd.control, SACL_FLAGS)}${sd.sacl.aces.map(formatAce).join('')}`;
  return text;
}

function parseAcl(text: string, domain: Sid | undefined): Acl {
  const aces = [...text.matchAll(/\(([^()]*)\)/g)].map((match) => parseAce(match[1]!, domain));
  const hasObject = aces.some((ace) => ace.objectType !== undefined || ace.inheritedObjectType !== undefined);
  return { revision: hasObject ? 4 : 2, aces };
}

/** `type;flags;rights;object;inherited object;trustee`. */
function parseAce(text: string, domain: Sid | undefined): Ace {
  const [type, flags, rights, object, inheritedObject, trustee, ...more] = text.split(';');
  const aceType = ACE_TYPES.find(([name]) => name === type)?.[1];
  if (aceType === undefined || trustee === undefined || more.length > 0) fail('ACE', text);
  return {
    type: aceType,
    flags: letters(flags!, ACE_FLAGS, 'AceFlags'),
    mask: parseRights(rights!),
    sid: parseTrustee(trustee, domain),
    ...(object !== '' && { objectType: checkGuid(object!) }),
    ...(inheritedObject !== '' && { inheritedObjectType: checkGuid(inheritedObject!) }),
  };
}

function formatAce(ace: Ace): string {
  const type = ACE_TYPES.find(([, value]) => value === ace.type)?.[0];
  if (type === undefined || ace.data !== undefined) fail('ACE', `type ${ace.type} has no text`);
  const flags = flagText(ace.flags, ACE_FLAGS);
  const object = `${ace.objectType ?? ''};${ace.inheritedObjectType ?? ''}`;
  return `(${type};${flags};${formatRights(ace.mask)};${object};${formatTrustee(ace.sid)})`;
}

function parseRights(text: string): number {
  if (/^0x[0-9a-f]{1,8}$/i.test(text) || /^\d{1,10}$/.test(text)) return Number(text) >>> 0;
  return letters(text, RIGHTS, 'Mask');
}

/** One name if it stands for all the bits, otherwise hexadecimal. */
function formatRights(mask: number): string {
  const exact = RIGHTS.find(([, value]) => value >>> 0 === mask >>> 0);
  return exact === undefined ? `0x${(mask >>> 0).toString(16)}` : exact[0];
}

function parseTrustee(text: string, domain: Sid | undefined): Sid {
  const known = SIDS.find(([name]) => name === text)?.[1];
  if (known !== undefined) return known;
  const rid = RIDS.get(text);
  if (rid !== undefined) {
    if (domain === undefined) fail('SID', `${text} without a domain`);
    return sidWithRid(domain, rid);
  }
  return normalizeSid(text);
}

function formatTrustee(sid: Sid): string {
  return SIDS.find(([, value]) => value === sid)?.[0] ?? sid;
}

type Names = readonly (readonly [string, number])[];

/** The bits of names that follow each other without separators. */
function letters(text: string, names: Names, field: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at += 2) {
    const bit = names.find(([name]) => name === text.slice(at, at + 2))?.[1];
    if (bit === undefined) fail(field, text);
    bits |= bit;
  }
  return bits >>> 0;
}

/** The control bits of P, AR and AI. */
function controlBits(text: string, names: Names): number {
  let bits = 0;
  let rest = text;
  while (rest !== '') {
    const found = names.find(([name]) => rest.startsWith(name));
    if (found === undefined) fail('Control', text);
    bits |= found[1];
    rest = rest.slice(found[0].length);
  }
  return bits;
}

function flagText(bits: number, names: Names): string {
  return names.map(([name, bit]) => ((bits & bit) !== 0 ? name : '')).join('');
}

function checkGuid(text: string): string {
  guidToBytes(text);
  return text.toLowerCase();
}

function fail(field: string, detail: string): never {
  throw new CodecError('SDDL', field, 0, detail.slice(0, 200));
}

const DACL_FLAGS: Names = [
  ['P', SdControl.DACL_PROTECTED],
  ['AR', SdControl.DACL_AUTO_INHERIT_REQ],
  ['AI', SdControl.DACL_AUTO_INHERITED],
];
const SACL_FLAGS: Names = [
  ['P', SdControl.SACL_PROTECTED],
  ['AR', SdControl.SACL_AUTO_INHERIT_REQ],
  ['AI', SdControl.SACL_AUTO_INHERITED],
];
const ACE_TYPES: Names = [
  ['A', AceType.ACCESS_ALLOWED],
  ['D', AceType.ACCESS_DENIED],
  ['AU', AceType.SYSTEM_AUDIT],
  ['AL', AceType.SYSTEM_ALARM],
  ['OA', AceType.ACCESS_ALLOWED_OBJECT],
  ['OD', AceType.ACCESS_DENIED_OBJECT],
  ['OU', AceType.SYSTEM_AUDIT_OBJECT],
  ['OL', AceType.SYSTEM_ALARM_OBJECT],
  ['ML', AceType.SYSTEM_MANDATORY_LABEL],
  ['SP', AceType.SYSTEM_SCOPED_POLICY_ID],
];
const ACE_FLAGS: Names = [
  ['OI', AceFlags.OBJECT_INHERIT],
  ['CI', AceFlags.CONTAINER_INHERIT],
  ['NP', AceFlags.NO_PROPAGATE_INHERIT],
  ['IO', AceFlags.INHERIT_ONLY],
  ['ID', AceFlags.INHERITED],
  ['SA', AceFlags.SUCCESSFUL_ACCESS],
  ['FA', AceFlags.FAILED_ACCESS],
];
const RIGHTS: Names = [
  ['GA', AccessMask.GENERIC_ALL],
  ['GR', AccessMask.GENERIC_READ],
  ['GW', AccessMask.GENERIC_WRITE],
  ['GX', AccessMask.GENERIC_EXECUTE],
  ['FA', FileAccess.ALL],
  ['FR', FileAccess.GENERIC_READ],
  ['FW', FileAccess.GENERIC_WRITE],
  ['FX', FileAccess.GENERIC_EXECUTE],
  ['RC', AccessMask.READ_CONTROL],
  ['SD', AccessMask.DELETE],
  ['WD', AccessMask.WRITE_DAC],
  ['WO', AccessMask.WRITE_OWNER],
  ['CC', 0x001],
  ['DC', 0x002],
  ['LC', 0x004],
  ['SW', 0x008],
  ['RP', 0x010],
  ['WP', 0x020],
  ['DT', 0x040],
  ['LO', 0x080],
  ['CR', 0x100],
];
const SIDS: readonly (readonly [string, Sid])[] = [
  ['WD', WellKnownSid.EVERYONE],
  ['CO', WellKnownSid.CREATOR_OWNER],
  ['CG', WellKnownSid.CREATOR_GROUP],
  ['OW', WellKnownSid.OWNER_RIGHTS],
  ['NU', WellKnownSid.NETWORK],
  ['IU', WellKnownSid.INTERACTIVE],
  ['SU', WellKnownSid.SERVICE],
  ['AN', WellKnownSid.ANONYMOUS],
  ['PS', WellKnownSid.PRINCIPAL_SELF],
  ['AU', WellKnownSid.AUTHENTICATED_USERS],
  ['RC', WellKnownSid.RESTRICTED_CODE],
  ['SY', WellKnownSid.LOCAL_SYSTEM],
  ['LS', WellKnownSid.LOCAL_SERVICE],
  ['NS', WellKnownSid.NETWORK_SERVICE],
  ['BA', WellKnownSid.BUILTIN_ADMINISTRATORS],
  ['BU', WellKnownSid.BUILTIN_USERS],
  ['BG', WellKnownSid.BUILTIN_GUESTS],
  ['PU', WellKnownSid.BUILTIN_POWER_USERS],
  ['AO', WellKnownSid.BUILTIN_ACCOUNT_OPERATORS],
  ['SO', WellKnownSid.BUILTIN_SERVER_OPERATORS],
  ['PO', WellKnownSid.BUILTIN_PRINT_OPERATORS],
  ['BO', WellKnownSid.BUILTIN_BACKUP_OPERATORS],
  ['AC', WellKnownSid.ALL_APP_PACKAGES],
  ['ME', WellKnownSid.MEDIUM_INTEGRITY],
  ['HI', WellKnownSid.HIGH_INTEGRITY],
];
const RIDS: ReadonlyMap<string, number> = new Map([
  ['LA', 500],
  ['LG', 501],
  ['DA', 512],
  ['DU', 513],
  ['DG', 514],
  ['DC', 515],
  ['DD', 516],
]);
