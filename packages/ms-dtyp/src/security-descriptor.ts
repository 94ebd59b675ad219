import { type Acl, acl } from './acl.ts';
import type { Codec } from './codec.ts';
import type { Reader } from './reader.ts';
import { type Sid, sid } from './sid.ts';
import type { Writer } from './writer.ts';

/** Control bits, [MS-DTYP] 2.4.6, without the shared prefix SE_. */
export const SdControl = {
  OWNER_DEFAULTED: 0x0001,
  GROUP_DEFAULTED: 0x0002,
  DACL_PRESENT: 0x0004,
  DACL_DEFAULTED: 0x0008,
  SACL_PRESENT: 0x0010,
  SACL_DEFAULTED: 0x0020,
  DACL_TRUSTED: 0x0040,
  SERVER_SECURITY: 0x0080,
  DACL_AUTO_INHERIT_REQ: 0x0100,
  SACL_AUTO_INHERIT_REQ: 0x0200,
  DACL_AUTO_INHERITED: 0x0400,
  SACL_AUTO_INHERITED: 0x0800,
  DACL_PROTECTED: 0x1000,
  SACL_PROTECTED: 0x2000,
  RM_CONTROL_VALID: 0x4000,
  SELF_RELATIVE: 0x8000,
} as const;

/** SECURITY_DESCRIPTOR, [MS-DTYP] 2.4.6. */
export interface SecurityDescriptor {
  /**
   * Bits of SdControl. The encoder sets SELF_RELATIVE, and the PRESENT bits according to which
   * parts are there.
   */
  readonly control: number;
  readonly owner?: Sid;
  readonly group?: Sid;
  /**
   * Absent: not part of this descriptor. null: the descriptor has no SACL, and nobody is audited.
   */
  readonly sacl?: Acl | null;
  /**
   * Absent: not part of this descriptor. null: the descriptor has no DACL, and everybody has all
   * rights.
   */
  readonly dacl?: Acl | null;
}

const HEADER_LENGTH = 20;

/**
 * A self-relative SECURITY_DESCRIPTOR, [MS-DTYP] 2.4.6. Offsets point behind the header and inside
 * the bytes.
 */
export const securityDescriptor: Codec<SecurityDescriptor> = {
  name: 'SECURITY_DESCRIPTOR',
  section: '[MS-DTYP] 2.4.6',
  decode(r) {
    const start = r.offset;
    const revision = r.u8('Revision');
    if (revision !== 1) r.fail('Revision', `${revision}, must be 1`, r.position - 1);
    r.skip(1, 'Sbz1');
    const control = r.u16('Control');
    if ((control & SdControl.SELF_RELATIVE) === 0) r.fail('Control', 'not self-relative', r.position - 2);
    const [ownerAt, groupAt, saclAt, daclAt] = [
      r.u32('OffsetOwner'),
      r.u32('OffsetGroup'),
      r.u32('OffsetSacl'),
      r.u32('OffsetDacl'),
    ];
    const owner = at(r, start, ownerAt, 'OffsetOwner', sid);
    const group = at(r, start, groupAt, 'OffsetGroup', sid);
    const hasSacl = (control & SdControl.SACL_PRESENT) !== 0;
    const hasDacl = (control & SdControl.DACL_PRESENT) !== 0;
    return {
      control,
      ...(owner !== undefined && { owner }),
      ...(group !== undefined && { group }),
      ...(hasSacl && { sacl: at(r, start, saclAt, 'OffsetSacl', acl) ?? null }),
      ...(hasDacl && { dacl: at(r, start, daclAt, 'OffsetDacl', acl) ?? null }),
    };
  },
  encode(w, value) {
    const start = w.position;
    w.u8(1);
    w.u8(0);
    w.u16(controlOf(value));
    w.zero(16);
    put(w, start, 4, value.owner, sid);
    put(w, start, 8, value.group, sid);
    put(w, start, 12, value.sacl, acl);
    put(w, start, 16, value.dacl, acl);
  },
};

/** The control bits, in which the bits that say which parts are there are set or cleared. */
function controlOf(value: SecurityDescriptor): number {
  let control = value.control | SdControl.SELF_RELATIVE;
  control &= ~(SdControl.DACL_PRESENT | SdControl.SACL_PRESENT);
  if (value.dacl !== undefined) control |= SdControl.DACL_PRESENT;
  if (value.sacl !== undefined) control |= SdControl.SACL_PRESENT;
  return control;
}

/** What an offset field points to; the offset 0 means that there is nothing. */
function at<T>(r: Reader, start: number, offset: number, field: string, codec: Codec<T>): T | undefined {
  if (offset === 0) return undefined;
  if (offset < HEADER_LENGTH) r.fail(field, `${offset} points into the header`, r.base + start);
  const left = r.end - r.base - start - offset;
  if (left < 0) r.fail(field, `${offset} points behind the end`, r.base + start);
  return codec.decode(r.sub(codec, start + offset, left, field.replace('Offset', '')));
}

function put<T>(w: Writer, start: number, field: number, value: T | null | undefined, codec: Codec<T>): void {
  if (value === undefined || value === null) return;
  w.patch32(start + field, w.position - start);
  codec.encode(w, value);
}
