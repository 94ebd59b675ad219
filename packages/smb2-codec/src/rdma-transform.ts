import type { Codec } from '@tsmbd/ms-dtyp';
import { bufferAt } from './buffers.ts';

/** SMB2_RDMA_TRANSFORM_TYPE_*, [MS-SMB2] 2.2.43.1. */
export const RdmaTransformType = { ENCRYPTION: 0x0001, SIGNING: 0x0002 } as const;

/** SMB2_RDMA_CRYPTO_TRANSFORM, [MS-SMB2] 2.2.43.1. */
export interface RdmaCryptoTransform {
  /** One of RdmaTransformType. */
  readonly transformType: number;
  readonly signature: Uint8Array;
  readonly nonce: Uint8Array;
}

/**
 * SMB2_RDMA_TRANSFORM, [MS-SMB2] 2.2.43: the channel info of a READ or WRITE with Channel
 * RDMA_TRANSFORM.
 */
export interface RdmaTransform {
  /** One of Channel: the kind of the descriptors. */
  readonly channel: number;
  readonly transforms: readonly RdmaCryptoTransform[];
  /** The descriptors of the channel, still encoded. */
  readonly rdmaDescriptors: Uint8Array;
}

const CRYPTO_TRANSFORM = { name: 'RDMA_CRYPTO_TRANSFORM', section: '[MS-SMB2] 2.2.43.1' };

/**
 * SMB2_RDMA_TRANSFORM, [MS-SMB2] 2.2.43: the transforms, each padded to a multiple of 8, then the
 * descriptors.
 */
export const rdmaTransform: Codec<RdmaTransform> = {
  name: 'RDMA_TRANSFORM',
  section: '[MS-SMB2] 2.2.43',
  decode(r) {
    const descriptorOffset = r.u16('RdmaDescriptorOffset');
    const descriptorLength = r.u16('RdmaDescriptorLength');
    const channel = r.u32('Channel');
    const count = r.u16('TransformCount');
    r.skip(2, 'Reserved1');
    r.skip(4, 'Reserved2');
    const transforms: RdmaCryptoTransform[] = [];
    for (let i = 0; i < count; i++) {
      r.enter('RDMATransforms', i, CRYPTO_TRANSFORM);
      const transformType = r.u16('TransformType');
      const signatureLength = r.u16('SignatureLength');
      const nonceLength = r.u16('NonceLength');
      r.skip(2, 'Reserved');
      const signature = r.take(signatureLength, 'Signature');
      transforms.push({ transformType, signature, nonce: r.take(nonceLength, 'Nonce') });
      r.align(8);
      r.leave();
    }
    return { channel, transforms, rdmaDescriptors: bufferAt(r, descriptorOffset, descriptorLength, 'RdmaDescriptors') };
  },
  encode(w, m) {
    const start = w.position;
    w.zero(4);
    w.u32(m.channel);
    w.u16(m.transforms.length);
    w.zero(6);
    for (const { transformType, signature, nonce } of m.transforms) {
      w.u16(transformType);
      w.u16(signature.length);
      w.u16(nonce.length);
      w.zero(2);
      w.bytes(signature);
      w.bytes(nonce);
      w.zero(-(w.position - start) & 7);
    }
    if (m.rdmaDescriptors.length === 0) return;
    w.patch16(start, w.position - start);
    w.patch16(start + 2, m.rdmaDescriptors.length);
    w.bytes(m.rdmaDescriptors);
  },
};
