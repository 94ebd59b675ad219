import type { Codec } from './codec.ts';
import { CodecError } from './codec-error.ts';
import { type Guid, guid } from './guid.ts';
import { type Sid, sid } from './sid.ts';

/** AceType, [MS-DTYP] 2.4.4.1. */
export const AceType = {
  ACCESS_ALLOWED: 0x00,
  ACCESS_DENIED: 0x01,
  SYSTEM_AUDIT: 0x02,
  SYSTEM_ALARM: 0x03,
  ACCESS_ALLOWED_OBJECT: 0x05,
  ACCESS_DENIED_OBJECT: 0x06,
  SYSTEM_AUDIT_OBJECT: 0x07,
  SYSTEM_ALARM_OBJECT: 0x08,
  ACCESS_ALLOWED_CALLBACK: 0x09,
  ACCESS_DENIED_CALLBACK: 0x0a,
  ACCESS_ALLOWED_CALLBACK_OBJECT: 0x0b,
  ACCESS_DENIED_CALLBACK_OBJECT: 0x0c,
  SYSTEM_AUDIT_CALLBACK: 0x0d,
  SYSTEM_ALARM_CALLBACK: 0x0e,
  SYSTEM_AUDIT_CALLBACK_OBJECT: 0x0f,
  SYSTEM_ALARM_CALLBACK_OBJECT: 0x10,
  SYSTEM_MANDATORY_LABEL: 0x11,
  SYSTEM_RESOURCE_ATTRIBUTE: 0x12,
  SYSTEM_SCOPED_POLICY_ID: 0x13,
} as const;

/** AceFlags, [MS-DTYP] 2.4.4.1. */
export const AceFlags = {
  OBJECT_INHERIT: 0x01,
  CONTAINER_INHERIT: 0x02,
  NO_PROPAGATE_INHERIT: 0x04,
  INHERIT_ONLY: 0x08,
  INHERITED: 0x10,
  SUCCESSFUL_ACCESS: 0x40,
  FAILED_ACCESS: 0x80,
} as const;

/** One entry of an ACL, [MS-DTYP] 2.4.4.2 to 2.4.4.17. */
export interface Ace {
  /** A value of AceType. */
  readonly type: number;
  /** Bits of AceFlags. */
  readonly flags: number;
  /** An ACCESS_MASK; for a mandatory label its policy. */
  readonly mask: number;
  readonly sid: Sid;
  /** Present in object types only. */
  readonly objectType?: Guid;
  readonly inheritedObjectType?: Guid;
  /**
   * The bytes after the SID: the condition of a callback type, or a resource attribute. A multiple
   * of 4 bytes.
   */
  readonly data?: Uint8Array;
}

const HEADER_LENGTH = 4;
const OBJECT_TYPE_PRESENT = 1;
const INHERITED_OBJECT_TYPE_PRESENT = 2;

/** ACE, [MS-DTYP] 2.4.4. A type that the specification does not define is an error. */
export const ace: Codec<Ace> = {
  name: 'ACE',
  section: '[MS-DTYP] 2.4.4',
  decode(r) {
    const start = r.offset;
    const type = r.u8('AceType');
    const flags = r.u8('AceFlags');
    const size = r.u16('AceSize');
    if (type > AceType.SYSTEM_SCOPED_POLICY_ID || type === 4) r.fail('AceType', `unknown type ${type}`, r.position - 4);
    if (size % 4 !== 0) r.fail('AceSize', `${size}, must be a multiple of 4`, r.position - 2);
    // The body is read within AceSize: neither a SID nor a GUID can extend past it.
    const body = r.sub(ace, start + HEADER_LENGTH, size - HEADER_LENGTH, 'AceSize');
    r.skip(size - HEADER_LENGTH, 'AceSize');
    const mask = body.u32('Mask');
    const present = isObjectType(type) ? body.u32('Flags') : 0;
    const objectType = present & OBJECT_TYPE_PRESENT ? body.guid('ObjectType') : undefined;
    const inheritedObjectType = present & INHERITED_OBJECT_TYPE_PRESENT ? body.guid('InheritedObjectType') : undefined;
    body.enter('Sid', undefined, sid);
    const trustee = sid.decode(body);
    body.leave();
    const data = body.remaining > 0 ? body.rest('ApplicationData').slice() : undefined;
    return {
      type,
      flags,
      mask,
      sid: trustee,
      ...(objectType !== undefined && { objectType }),
      ...(inheritedObjectType !== undefined && { inheritedObjectType }),
      ...(data !== undefined && { data }),
    };
  },
  encode(w, value) {
    const start = w.position;
    w.u8(value.type);
    w.u8(value.flags);
    w.u16(0);
    w.u32(value.mask);
    if (isObjectType(value.type)) {
      w.u32(
        (value.objectType === undefined ? 0 : OBJECT_TYPE_PRESENT) |
          (value.inheritedObjectType === undefined ? 0 : INHERITED_OBJECT_TYPE_PRESENT),
      );
      if (value.objectType !== undefined) guid.encode(w, value.objectType);
      if (value.inheritedObjectType !== undefined) guid.encode(w, value.inheritedObjectType);
    }
    sid.encode(w, value.sid);
    if (value.data !== undefined) w.bytes(value.data);
    const size = w.position - start;
    if (size > 0xffff || size % 4 !== 0) throw new CodecError('ACE', 'AceSize', 0, `${size} bytes`);
    w.patch16(start + 2, size);
  },
};

function isObjectType(type: number): boolean {
  return (type >= 0x05 && type <= 0x08) || type === 0x0b || type === 0x0c || type === 0x0f || type === 0x10;
}
