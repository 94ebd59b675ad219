import type { Codec } from '@tsmbd/ms-dtyp';

/** RDMA transforms, [MS-SMB2] 2.2.3.1.6. */
export const RdmaTransformId = { NONE: 0x0000, ENCRYPTION: 0x0001, SIGNING: 0x0002 } as const;

/** SMB2_RDMA_TRANSFORM_CAPABILITIES, [MS-SMB2] 2.2.3.1.6. */
export interface RdmaTransformCapabilities {
  /** Values of RdmaTransformId. */
  readonly rdmaTransformIds: readonly number[];
}

/** SMB2_RDMA_TRANSFORM_CAPABILITIES, [MS-SMB2] 2.2.3.1.6. */
export const rdmaTransformCapabilities: Codec<RdmaTransformCapabilities> = {
  name: 'RDMA_TRANSFORM_CAPABILITIES',
  section: '[MS-SMB2] 2.2.3.1.6',
  decode(r) {
    const count = r.u16('TransformCount');
    r.skip(2, 'Reserved1');
    r.skip(4, 'Reserved2');
    const rdmaTransformIds = r.u16s(count, 'RDMATransformIds');
    return { rdmaTransformIds };
  },
  encode(w, m) {
    w.u16(m.rdmaTransformIds.length);
    w.zero(6);
    for (const id of m.rdmaTransformIds) w.u16(id);
  },
};
