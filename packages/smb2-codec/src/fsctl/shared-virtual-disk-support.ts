import type { Codec } from '@tsmbd/ms-dtyp';

/**
 * SVHDX_SHARED_VIRTUAL_DISK_SUPPORT_RESPONSE: response of FSCTL_QUERY_SHARED_VIRTUAL_DISK_SUPPORT,
 * [MS-RSVD] 2.2.
 */
export interface SharedVirtualDiskSupport {
  readonly sharedVirtualDiskSupport: number;
  readonly sharedVirtualDiskHandleState: number;
}

/** SVHDX_SHARED_VIRTUAL_DISK_SUPPORT_RESPONSE. */
export const sharedVirtualDiskSupport: Codec<SharedVirtualDiskSupport> = {
  name: 'SVHDX_SHARED_VIRTUAL_DISK_SUPPORT_RESPONSE',
  section: '[MS-RSVD] 2.2',
  decode(r) {
    const sharedVirtualDiskSupport = r.u32('SharedVirtualDiskSupport');
    const sharedVirtualDiskHandleState = r.u32('SharedVirtualDiskHandleState');
    return { sharedVirtualDiskSupport, sharedVirtualDiskHandleState };
  },
  encode(w, m) {
    w.u32(m.sharedVirtualDiskSupport);
    w.u32(m.sharedVirtualDiskHandleState);
  },
};
