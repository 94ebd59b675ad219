import type { Codec } from '@tsmbd/ms-dtyp';

/** SMB2_CREATE_ALLOCATION_SIZE ('AlSi'), [MS-SMB2] 2.2.13.2.6. Request only. */
export interface AllocationSize {
  /** Bytes to allocate for the file that is created or overwritten. */
  readonly allocationSize: bigint;
}

/** SMB2_CREATE_ALLOCATION_SIZE, [MS-SMB2] 2.2.13.2.6. */
export const allocationSize: Codec<AllocationSize> = {
  name: 'CREATE_ALLOCATION_SIZE',
  section: '[MS-SMB2] 2.2.13.2.6',
  decode: (r) => ({ allocationSize: r.u64('AllocationSize') }),
  encode: (w, m) => w.u64(m.allocationSize),
};
