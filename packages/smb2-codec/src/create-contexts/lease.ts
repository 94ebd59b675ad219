import { type Codec, type Guid, guid, NULL_GUID } from '@tsmbd/ms-dtyp';

/** SMB2_LEASE_*_CACHING, [MS-SMB2] 2.2.13.2.8. */
export const LeaseState = {
  NONE: 0x0000_0000,
  READ_CACHING: 0x0000_0001,
  HANDLE_CACHING: 0x0000_0002,
  WRITE_CACHING: 0x0000_0004,
} as const;

/** SMB2_LEASE_FLAG_*, [MS-SMB2] 2.2.13.2.10, 2.2.14.2.10 and 2.2.14.2.11. */
export const LeaseFlags = {
  /** The lease is being broken. Responses only. */
  BREAK_IN_PROGRESS: 0x0000_0002,
  /** parentLeaseKey is valid. Version 2 only. */
  PARENT_LEASE_KEY_SET: 0x0000_0004,
} as const;

/**
 * SMB2_CREATE_REQUEST_LEASE, SMB2_CREATE_RESPONSE_LEASE and their _V2 ('RqLs'). The layout is the
 * same in both directions: [MS-SMB2] 2.2.13.2.8, 2.2.13.2.10, 2.2.14.2.10, 2.2.14.2.11.
 */
export interface Lease {
  /** Version 1 has 32 bytes. Version 2 has 52 bytes and exists from SMB 3.0 on. */
  readonly version: 1 | 2;
  readonly leaseKey: Guid;
  /** Bits of LeaseState. */
  readonly leaseState: number;
  /** Bits of LeaseFlags. */
  readonly flags: number;
  /** Not used, 0n. */
  readonly leaseDuration: bigint;
  /** NULL_GUID in version 1. */
  readonly parentLeaseKey: Guid;
  /** 0 in version 1. */
  readonly epoch: number;
}

const SIZE_V2 = 52;

/** The lease contexts; 52 bytes of data or more are version 2, fewer are version 1. */
export const lease: Codec<Lease> = {
  name: 'CREATE_REQUEST_LEASE',
  section: '[MS-SMB2] 2.2.13.2.8',
  decode(r) {
    const version = r.remaining >= SIZE_V2 ? 2 : 1;
    const leaseKey = r.guid('LeaseKey');
    const leaseState = r.u32('LeaseState');
    const flags = r.u32('LeaseFlags');
    const leaseDuration = r.u64('LeaseDuration');
    if (version === 1) {
      return { version, leaseKey, leaseState, flags, leaseDuration, parentLeaseKey: NULL_GUID, epoch: 0 };
    }
    const parentLeaseKey = r.guid('ParentLeaseKey');
    const epoch = r.u16('Epoch');
    r.skip(2, 'Reserved');
    return { version, leaseKey, leaseState, flags, leaseDuration, parentLeaseKey, epoch };
  },
  encode(w, m) {
    guid.encode(w, m.leaseKey);
    w.u32(m.leaseState);
    w.u32(m.flags);
    w.u64(m.leaseDuration);
    if (m.version === 1) return;
    guid.encode(w, m.parentLeaseKey);
    w.u16(m.epoch);
    w.zero(2);
  },
};
