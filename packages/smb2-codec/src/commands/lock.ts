import type { Codec } from '@tsmbd/ms-dtyp';
import { type FileId, fileId } from '../file-id.ts';
import { type EmptyBody, emptyBody } from './empty-body.ts';

/** SMB2_LOCKFLAG_*, [MS-SMB2] 2.2.26.1. */
export const LockFlags = {
  SHARED_LOCK: 0x0000_0001,
  EXCLUSIVE_LOCK: 0x0000_0002,
  UNLOCK: 0x0000_0004,
  FAIL_IMMEDIATELY: 0x0000_0010,
} as const;

/** SMB2_LOCK_ELEMENT, [MS-SMB2] 2.2.26.1. */
export interface LockElement {
  /** First byte of the range. */
  readonly offset: bigint;
  /** Bytes of the range. */
  readonly length: bigint;
  /** Bits of LockFlags. */
  readonly flags: number;
}

/** SMB2 LOCK Request, [MS-SMB2] 2.2.26. */
export interface LockRequest {
  /** Four bits. */
  readonly lockSequenceNumber: number;
  /** 28 bits; 0 means no replay detection. */
  readonly lockSequenceIndex: number;
  readonly fileId: FileId;
  readonly locks: readonly LockElement[];
}

const LOCK_ELEMENT = { name: 'LOCK_ELEMENT', section: '[MS-SMB2] 2.2.26.1' };

/** SMB2 LOCK Request, [MS-SMB2] 2.2.26. */
export const lockRequest: Codec<LockRequest> = {
  name: 'LOCK Request',
  section: '[MS-SMB2] 2.2.26',
  decode(r) {
    r.constant16(48, 'StructureSize');
    const lockCount = r.u16('LockCount');
    const sequence = r.u32('LockSequenceNumber/LockSequenceIndex');
    const id = fileId.decode(r);
    const locks: LockElement[] = [];
    for (let i = 0; i < lockCount; i++) {
      r.enter('Locks', i, LOCK_ELEMENT);
      const offset = r.u64('Offset');
      const length = r.u64('Length');
      const flags = r.u32('Flags');
      r.skip(4, 'Reserved');
      r.leave();
      locks.push({ offset, length, flags });
    }
    return { lockSequenceNumber: sequence & 0xf, lockSequenceIndex: sequence >>> 4, fileId: id, locks };
  },
  encode(w, m) {
    w.u16(48);
    w.u16(m.locks.length);
    w.u32(((m.lockSequenceIndex << 4) | m.lockSequenceNumber) >>> 0);
    fileId.encode(w, m.fileId);
    for (const lock of m.locks) {
      w.u64(lock.offset);
      w.u64(lock.length);
      w.u32(lock.flags);
      w.zero(4);
    }
  },
};

/** SMB2 LOCK Response, [MS-SMB2] 2.2.27: no fields. */
export type LockResponse = EmptyBody;

/** SMB2 LOCK Response, [MS-SMB2] 2.2.27. */
export const lockResponse: Codec<LockResponse> = emptyBody('LOCK Response', '[MS-SMB2] 2.2.27');
