import { FILE_GENERIC_MAPPING, GENERIC_BITS, type GenericMapping, mapGenericBits } from './access-mask.ts';
import { type Ace, AceFlags, AceType } from './ace.ts';
import type { Acl } from './acl.ts';
import { SdControl, type SecurityDescriptor } from './security-descriptor.ts';
import type { Sid } from './sid.ts';
import { WellKnownSid } from './well-known-sids.ts';

/** What the descriptor of a new object is made from. */
export interface NewObject {
  /** The directory's descriptor; undefined for an object without a parent. */
  readonly parent: SecurityDescriptor | undefined;
  /**
   * The descriptor that the creator requests; parts that are absent from it are inherited or set to
   * defaults.
   */
  readonly creator?: SecurityDescriptor | undefined;
  readonly isDirectory: boolean;
  /** Owner and group of the creator's token. They are used if the creator requests none. */
  readonly owner: Sid;
  readonly group: Sid;
  readonly genericMapping?: GenericMapping;
  /**
   * The token's default DACL, for an object that inherits none. Default: the owner and the system
   * have all rights.
   */
  readonly defaultDacl?: Acl;
}

/**
 * The descriptor of a new object, [MS-DTYP] 2.5.3.4.1. Its DACL is the creator's, or what the
 * parent's entries give, or the default, in this order. If the parent inherits automatically, the
 * parent's entries are added to an unprotected DACL of the creator.
 */
export function createInheritedDescriptor(object: NewObject): SecurityDescriptor {
  const owner = object.creator?.owner ?? object.owner;
  const group = object.creator?.group ?? object.group;
  const context = { ...object, owner, group, mapping: object.genericMapping ?? FILE_GENERIC_MAPPING };
  const dacl = computeAcl(context, 'dacl');
  const sacl = computeAcl(context, 'sacl');
  return {
    control: SdControl.SELF_RELATIVE | dacl.control | sacl.control,
    owner,
    group,
    ...(sacl.acl !== undefined && { sacl: sacl.acl }),
    dacl: dacl.acl === undefined ? (object.defaultDacl ?? defaultDacl(owner, context.mapping)) : dacl.acl,
  };
}

/**
 * The entries that a child inherits from its parent, [MS-DTYP] 2.5.3.4.3
 * (ComputeInheritedACLfromParent). They are in the parent's order. CREATOR OWNER and CREATOR GROUP
 * are replaced in entries that take effect. If an entry takes effect on a directory with other bits
 * or another SID than those that it passes on, it becomes two entries.
 *
 * @param inheritedFlag marks the entries as INHERITED
 */
export function inheritAces(
  parent: readonly Ace[],
  child: { isDirectory: boolean; owner: Sid; group: Sid; mapping: GenericMapping },
  inheritedFlag: boolean,
): Ace[] {
  const mark = inheritedFlag ? AceFlags.INHERITED : 0;
  const result: Ace[] = [];
  for (const ace of parent) {
    const kept = ace.flags & AUDIT_FLAGS;
    const toFiles = (ace.flags & AceFlags.OBJECT_INHERIT) !== 0;
    const toDirectories = (ace.flags & AceFlags.CONTAINER_INHERIT) !== 0;
    const takesEffect = child.isDirectory ? toDirectories : toFiles;
    const handsDown =
      child.isDirectory && (toFiles || toDirectories) && (ace.flags & AceFlags.NO_PROPAGATE_INHERIT) === 0;
    const scope = ace.flags & (AceFlags.OBJECT_INHERIT | AceFlags.CONTAINER_INHERIT);
    const effective = resolve({ ...ace, flags: kept | mark }, child);
    const same = effective.sid === ace.sid && effective.mask === ace.mask;
    if (takesEffect && handsDown && same) {
      result.push({ ...effective, flags: effective.flags | scope });
      continue;
    }
    if (takesEffect) result.push(effective);
    if (handsDown) result.push({ ...ace, flags: kept | mark | scope | AceFlags.INHERIT_ONLY });
  }
  return result;
}

interface Context extends NewObject {
  readonly mapping: GenericMapping;
}

/** ComputeACL, [MS-DTYP] 2.5.3.4.2. An undefined list means that there is nothing to inherit. */
function computeAcl(object: Context, which: 'dacl' | 'sacl'): { acl: Acl | null | undefined; control: number } {
  const bits = CONTROL[which];
  const parentAcl = object.parent?.[which];
  const autoInherits = ((object.parent?.control ?? 0) & bits.autoInherited) !== 0;
  const inherited = inheritAces(parentAcl?.aces ?? [], object, autoInherits);
  const auto = autoInherits ? bits.autoInherited : 0;
  const creatorAcl = object.creator?.[which];

  if (creatorAcl === undefined) {
    if (inherited.length === 0) return { acl: undefined, control: 0 };
    return { acl: { revision: parentAcl!.revision, aces: inherited }, control: bits.present | auto };
  }
  const protection = object.creator!.control & bits.protected;
  if (creatorAcl === null) return { acl: null, control: bits.present | protection };
  const merges = autoInherits && protection === 0;
  // Entries that are marked as inherited are dropped, and made anew from the parent.
  const explicit = creatorAcl.aces.filter((ace) => !merges || (ace.flags & AceFlags.INHERITED) === 0);
  const aces = explicit.flatMap((ace) => settle(ace, object));
  return {
    acl: { revision: creatorAcl.revision, aces: merges ? [...aces, ...inherited] : aces },
    control: bits.present | protection | (merges ? auto : 0),
  };
}

/**
 * One of the creator's entries in the form in which it is kept, [MS-DTYP] 2.5.3.4.6
 * (PostProcessACL).
 */
function settle(ace: Ace, object: Context): Ace[] {
  if (ace.flags & AceFlags.INHERIT_ONLY) return [ace];
  const effective = resolve(ace, object);
  const scope = ace.flags & (AceFlags.OBJECT_INHERIT | AceFlags.CONTAINER_INHERIT);
  const same = effective.sid === ace.sid && effective.mask === ace.mask;
  if (same || scope === 0) return [effective];
  const inheritFlags = scope | AceFlags.NO_PROPAGATE_INHERIT;
  return [
    { ...effective, flags: ace.flags & ~inheritFlags },
    { ...ace, flags: ace.flags | AceFlags.INHERIT_ONLY },
  ];
}

/**
 * The entry in the form in which it takes effect: SIDs of the creator replaced, generic bits
 * mapped.
 */
function resolve(ace: Ace, object: { owner: Sid; group: Sid; mapping: GenericMapping }): Ace {
  const sid =
    ace.sid === WellKnownSid.CREATOR_OWNER
      ? object.owner
      : ace.sid === WellKnownSid.CREATOR_GROUP
        ? object.group
        : ace.sid;
  const mask = ace.mask & GENERIC_BITS ? mapGenericBits(ace.mask, object.mapping) : ace.mask;
  return { ...ace, sid, mask };
}

function defaultDacl(owner: Sid, mapping: GenericMapping): Acl {
  const allow = (sid: Sid): Ace => ({ type: AceType.ACCESS_ALLOWED, flags: 0, mask: mapping.all, sid });
  return { revision: 2, aces: [allow(owner), allow(WellKnownSid.LOCAL_SYSTEM)] };
}

const AUDIT_FLAGS = AceFlags.SUCCESSFUL_ACCESS | AceFlags.FAILED_ACCESS;

const CONTROL = {
  dacl: {
    present: SdControl.DACL_PRESENT,
    protected: SdControl.DACL_PROTECTED,
    autoInherited: SdControl.DACL_AUTO_INHERITED,
  },
  sacl: {
    present: SdControl.SACL_PRESENT,
    protected: SdControl.SACL_PROTECTED,
    autoInherited: SdControl.SACL_AUTO_INHERITED,
  },
} as const;
