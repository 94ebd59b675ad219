import type { Codec } from '@tsmbd/ms-dtyp';

/**
 * Memory of the peer that is read or written by RDMA, SMB_DIRECT_BUFFER_DESCRIPTOR_V1, [MS-SMBD]
 * 2.2.3.1. It is the ReadChannelInfo of a READ and the WriteChannelInfo of a WRITE.
 */
export interface BufferDescriptorV1 {
  readonly offset: bigint;
  /** Steering tag. */
  readonly token: number;
  /** Bytes. */
  readonly length: number;
}

/** A list of SMB_DIRECT_BUFFER_DESCRIPTOR_V1 to the end of the buffer, [MS-SMBD] 2.2.3.1. */
export const bufferDescriptorV1List: Codec<readonly BufferDescriptorV1[]> = {
  name: 'SMB_DIRECT_BUFFER_DESCRIPTOR_V1',
  section: '[MS-SMBD] 2.2.3.1',
  decode(r) {
    const list: BufferDescriptorV1[] = [];
    for (let i = 0; r.remaining > 0; i++) {
      r.enter('', i);
      list.push({ offset: r.u64('Offset'), token: r.u32('Token'), length: r.u32('Length') });
      r.leave();
    }
    return list;
  },
  encode(w, list) {
    for (const descriptor of list) {
      w.u64(descriptor.offset);
      w.u32(descriptor.token);
      w.u32(descriptor.length);
    }
  },
};
