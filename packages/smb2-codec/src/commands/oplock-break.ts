import { type Codec, type Guid, guid } from '@tsmbd/ms-dtyp';
import { type FileId, fileId } from '../file-id.ts';

/** SMB2_NOTIFY_BREAK_LEASE_FLAG_*, [MS-SMB2] 2.2.23.2. */
export const LeaseBreakFlags = { ACK_REQUIRED: 0x0000_0001 } as const;

/**
 * Oplock break notification 2.2.23.1, acknowledgment 2.2.24.1 and response 2.2.25.1 of [MS-SMB2].
 * They have the same layout.
 */
export interface OplockBreak {
  readonly kind: 'oplock';
  /** One of OplockLevel. */
  readonly oplockLevel: number;
  readonly fileId: FileId;
}

/** Lease break notification, [MS-SMB2] 2.2.23.2. */
export interface LeaseBreakNotification {
  readonly kind: 'lease-notification';
  /** 0 for a lease v1. */
  readonly newEpoch: number;
  /** Bits of LeaseBreakFlags. */
  readonly flags: number;
  readonly leaseKey: Guid;
  /** Bits of LeaseState. */
  readonly currentLeaseState: number;
  /** Bits of LeaseState. */
  readonly newLeaseState: number;
}

/**
 * Lease break acknowledgment 2.2.24.2 and response 2.2.25.2 of [MS-SMB2]. They have the same
 * layout.
 */
export interface LeaseBreak {
  readonly kind: 'lease';
  readonly flags: number;
  readonly leaseKey: Guid;
  /** Bits of LeaseState. */
  readonly leaseState: number;
  /** Not used, 0n. */
  readonly leaseDuration: bigint;
}

/** What a client sends as OPLOCK_BREAK. */
export type OplockBreakRequest = OplockBreak | LeaseBreak;

/**
 * What a server sends as OPLOCK_BREAK. A notification of an oplock break has the MessageId of all
 * ones.
 */
export type OplockBreakResponse = OplockBreak | LeaseBreak | LeaseBreakNotification;

const OPLOCK_SIZE = 24;
const LEASE_SIZE = 36;
const LEASE_NOTIFICATION_SIZE = 44;

/**
 * OPLOCK_BREAK notification, acknowledgment and response for an oplock, [MS-SMB2] 2.2.23.1,
 * 2.2.24.1, 2.2.25.1.
 */
export const oplockBreak: Codec<OplockBreak> = {
  name: 'OPLOCK_BREAK',
  section: '[MS-SMB2] 2.2.23.1',
  decode(r) {
    r.constant16(OPLOCK_SIZE, 'StructureSize');
    const oplockLevel = r.u8('OplockLevel');
    r.skip(1, 'Reserved');
    r.skip(4, 'Reserved2');
    return { kind: 'oplock', oplockLevel, fileId: fileId.decode(r) };
  },
  encode(w, m) {
    w.u16(OPLOCK_SIZE);
    w.u8(m.oplockLevel);
    w.zero(5);
    fileId.encode(w, m.fileId);
  },
};

/** Lease break acknowledgment and response, [MS-SMB2] 2.2.24.2 and 2.2.25.2. */
export const leaseBreak: Codec<LeaseBreak> = {
  name: 'LEASE_BREAK',
  section: '[MS-SMB2] 2.2.24.2',
  decode(r) {
    r.constant16(LEASE_SIZE, 'StructureSize');
    r.skip(2, 'Reserved');
    return {
      kind: 'lease',
      flags: r.u32('Flags'),
      leaseKey: r.guid('LeaseKey'),
      leaseState: r.u32('LeaseState'),
      leaseDuration: r.u64('LeaseDuration'),
    };
  },
  encode(w, m) {
    w.u16(LEASE_SIZE);
    w.zero(2);
    w.u32(m.flags);
    guid.encode(w, m.leaseKey);
    w.u32(m.leaseState);
    w.u64(m.leaseDuration);
  },
};

/** Lease break notification, [MS-SMB2] 2.2.23.2. BreakReason and both hints are reserved. */
export const leaseBreakNotification: Codec<LeaseBreakNotification> = {
  name: 'LEASE_BREAK Notification',
  section: '[MS-SMB2] 2.2.23.2',
  decode(r) {
    r.constant16(LEASE_NOTIFICATION_SIZE, 'StructureSize');
    const newEpoch = r.u16('NewEpoch');
    const flags = r.u32('Flags');
    const leaseKey = r.guid('LeaseKey');
    const currentLeaseState = r.u32('CurrentLeaseState');
    const newLeaseState = r.u32('NewLeaseState');
    r.skip(4, 'BreakReason');
    r.skip(4, 'AccessMaskHint');
    r.skip(4, 'ShareMaskHint');
    return { kind: 'lease-notification', newEpoch, flags, leaseKey, currentLeaseState, newLeaseState };
  },
  encode(w, m) {
    w.u16(LEASE_NOTIFICATION_SIZE);
    w.u16(m.newEpoch);
    w.u32(m.flags);
    guid.encode(w, m.leaseKey);
    w.u32(m.currentLeaseState);
    w.u32(m.newLeaseState);
    w.zero(12);
  },
};

/**
 * OPLOCK_BREAK acknowledgment, [MS-SMB2] 2.2.24. StructureSize distinguishes that of an oplock from
 * that of a lease.
 */
export const oplockBreakRequest: Codec<OplockBreakRequest> = {
  name: 'OPLOCK_BREAK Acknowledgment',
  section: '[MS-SMB2] 2.2.24',
  decode(r) {
    const size = r.peek16('StructureSize');
    return size === LEASE_SIZE ? leaseBreak.decode(r) : oplockBreak.decode(r);
  },
  encode(w, m) {
    if (m.kind === 'lease') leaseBreak.encode(w, m);
    else oplockBreak.encode(w, m);
  },
};

/**
 * OPLOCK_BREAK notification and response, [MS-SMB2] 2.2.23 and 2.2.25; StructureSize tells them
 * apart.
 */
export const oplockBreakResponse: Codec<OplockBreakResponse> = {
  name: 'OPLOCK_BREAK Response',
  section: '[MS-SMB2] 2.2.23',
  decode(r) {
    const size = r.peek16('StructureSize');
    if (size === LEASE_NOTIFICATION_SIZE) return leaseBreakNotification.decode(r);
    return size === LEASE_SIZE ? leaseBreak.decode(r) : oplockBreak.decode(r);
  },
  encode(w, m) {
    if (m.kind === 'lease-notification') leaseBreakNotification.encode(w, m);
    else if (m.kind === 'lease') leaseBreak.encode(w, m);
    else oplockBreak.encode(w, m);
  },
};
