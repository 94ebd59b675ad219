import type { Codec } from '@tsmbd/ms-dtyp';

/** Bytes to allocate; set only, [MS-FSCC] 2.4.4. */
export interface FileAllocationInformation {
  /** Bytes. */
  readonly allocationSize: bigint;
}

/** FileAllocationInformation, [MS-FSCC] 2.4.4. */
export const fileAllocationInformation: Codec<FileAllocationInformation> = {
  name: 'FileAllocationInformation',
  section: '[MS-FSCC] 2.4.4',
  decode: (r) => ({ allocationSize: r.u64('AllocationSize') }),
  encode: (w, m) => w.u64(m.allocationSize),
};
