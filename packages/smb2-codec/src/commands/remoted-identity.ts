import type { Codec } from '@tsmbd/ms-dtyp';

/** The parts of a remoted identity, in the order of their offsets, [MS-SMB2] 2.2.9.2.1. */
const PARTS = [
  ['user', 'User'],
  ['userName', 'UserName'],
  ['domain', 'Domain'],
  ['groups', 'Groups'],
  ['restrictedGroups', 'RestrictedGroups'],
  ['privileges', 'Privileges'],
  ['primaryGroup', 'PrimaryGroup'],
  ['owner', 'Owner'],
  ['defaultDacl', 'DefaultDacl'],
  ['deviceGroups', 'DeviceGroups'],
  ['userClaims', 'UserClaims'],
  ['deviceClaims', 'DeviceClaims'],
] as const;

/** The name of a part. */
export type RemotedIdentityPart = (typeof PARTS)[number][0];

/**
 * SMB2_REMOTED_IDENTITY_TREE_CONNECT context, [MS-SMB2] 2.2.9.2.1: the user for whom the client
 * acts.
 */
export interface RemotedIdentity {
  /** Always 1. */
  readonly ticketType: number;
  /** Where each part begins, in bytes from the start of the context; 0 if the part is absent. */
  readonly offsets: Readonly<Record<RemotedIdentityPart, number>>;
  /**
   * TicketInfo: the parts, still encoded, as SID_ATTR_DATA, BLOB_DATA and the other structures of
   * 2.2.9.2.1.1 to 2.2.9.2.1.5.
   */
  readonly ticketInfo: Uint8Array;
}

/** Bytes before TicketInfo. */
const FIXED_SIZE = 28;

/** SMB2_REMOTED_IDENTITY_TREE_CONNECT context, [MS-SMB2] 2.2.9.2.1. */
export const remotedIdentity: Codec<RemotedIdentity> = {
  name: 'REMOTED_IDENTITY_TREE_CONNECT',
  section: '[MS-SMB2] 2.2.9.2.1',
  decode(r) {
    const ticketType = r.u16('TicketType');
    const size = r.u16('TicketSize');
    const offsets = {} as Record<RemotedIdentityPart, number>;
    for (const [name, field] of PARTS) offsets[name] = r.u16(field);
    if (size < FIXED_SIZE) r.fail('TicketSize', `${size}, must be ${FIXED_SIZE} or more`);
    return { ticketType, offsets, ticketInfo: r.take(size - FIXED_SIZE, 'TicketInfo') };
  },
  encode(w, m) {
    w.u16(m.ticketType);
    w.u16(FIXED_SIZE + m.ticketInfo.length);
    for (const [name] of PARTS) w.u16(m.offsets[name]);
    w.bytes(m.ticketInfo);
  },
};
