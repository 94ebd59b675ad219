import { SdControl, type SecurityDescriptor } from './security-descriptor.ts';

/** SECURITY_INFORMATION, [MS-DTYP] 2.4.7: which parts of a descriptor a request is about. */
export const SecurityInformation = {
  OWNER: 0x00000001,
  GROUP: 0x00000002,
  DACL: 0x00000004,
  SACL: 0x00000008,
  LABEL: 0x00000010,
  ATTRIBUTE: 0x00000020,
  SCOPE: 0x00000040,
  BACKUP: 0x00010000,
  UNPROTECTED_SACL: 0x10000000,
  UNPROTECTED_DACL: 0x20000000,
  PROTECTED_SACL: 0x40000000,
  PROTECTED_DACL: 0x80000000,
} as const;

const DACL_BITS =
  SdControl.DACL_PRESENT | SdControl.DACL_DEFAULTED | SdControl.DACL_AUTO_INHERITED | SdControl.DACL_PROTECTED;
const SACL_BITS =
  SdControl.SACL_PRESENT | SdControl.SACL_DEFAULTED | SdControl.SACL_AUTO_INHERITED | SdControl.SACL_PROTECTED;

/** The parts of a descriptor that a query asks for, [MS-FSA] 2.1.5.14. */
export function selectParts(sd: SecurityDescriptor, wanted: number): SecurityDescriptor {
  const withOwner = (wanted & SecurityInformation.OWNER) !== 0 && sd.owner !== undefined;
  const withGroup = (wanted & SecurityInformation.GROUP) !== 0 && sd.group !== undefined;
  const withDacl = (wanted & SecurityInformation.DACL) !== 0 && sd.dacl !== undefined;
  const withSacl = (wanted & SecurityInformation.SACL) !== 0 && sd.sacl !== undefined;
  let control: number = SdControl.SELF_RELATIVE;
  if (withOwner) control |= sd.control & SdControl.OWNER_DEFAULTED;
  if (withGroup) control |= sd.control & SdControl.GROUP_DEFAULTED;
  if (withDacl) control |= sd.control & DACL_BITS;
  if (withSacl) control |= sd.control & SACL_BITS;
  return {
    control,
    ...(withOwner && { owner: sd.owner }),
    ...(withGroup && { group: sd.group }),
    ...(withSacl && { sacl: sd.sacl }),
    ...(withDacl && { dacl: sd.dacl }),
  };
}

/**
 * A descriptor with some parts replaced, [MS-FSA] 2.1.5.17. AUTO_INHERITED is kept only if it comes
 * with AUTO_INHERIT_REQ, and AUTO_INHERIT_REQ itself is never kept. Windows does this, and
 * smbtorture tests it.
 *
 * @param keepsAutoInherited AUTO_INHERITED is kept in any case, as smbd can be told to do
 */
export function replaceParts(
  old: SecurityDescriptor,
  from: SecurityDescriptor,
  parts: number,
  keepsAutoInherited = false,
): SecurityDescriptor {
  const owner = parts & SecurityInformation.OWNER ? from.owner : old.owner;
  const group = parts & SecurityInformation.GROUP ? from.group : old.group;
  const dacl = parts & SecurityInformation.DACL ? from.dacl : old.dacl;
  const sacl = parts & SecurityInformation.SACL ? from.sacl : old.sacl;
  let control = old.control | SdControl.SELF_RELATIVE;
  if (parts & SecurityInformation.DACL)
    control = (control & ~DACL_BITS) | keptBits(from.control, 'dacl', keepsAutoInherited);
  if (parts & SecurityInformation.SACL)
    control = (control & ~SACL_BITS) | keptBits(from.control, 'sacl', keepsAutoInherited);
  if (parts & SecurityInformation.PROTECTED_DACL) control |= SdControl.DACL_PROTECTED;
  if (parts & SecurityInformation.UNPROTECTED_DACL) control &= ~SdControl.DACL_PROTECTED;
  if (parts & SecurityInformation.PROTECTED_SACL) control |= SdControl.SACL_PROTECTED;
  if (parts & SecurityInformation.UNPROTECTED_SACL) control &= ~SdControl.SACL_PROTECTED;
  return {
    control: control & ~(SdControl.DACL_AUTO_INHERIT_REQ | SdControl.SACL_AUTO_INHERIT_REQ),
    ...(owner !== undefined && { owner }),
    ...(group !== undefined && { group }),
    ...(sacl !== undefined && { sacl }),
    ...(dacl !== undefined && { dacl }),
  };
}

function keptBits(control: number, which: 'dacl' | 'sacl', keepsAutoInherited: boolean): number {
  const isDacl = which === 'dacl';
  const inherited = isDacl ? SdControl.DACL_AUTO_INHERITED : SdControl.SACL_AUTO_INHERITED;
  const requested = isDacl ? SdControl.DACL_AUTO_INHERIT_REQ : SdControl.SACL_AUTO_INHERIT_REQ;
  const kept = control & (isDacl ? DACL_BITS : SACL_BITS);
  return (control & requested) === 0 && !keepsAutoInherited ? kept & ~inherited : kept;
}
