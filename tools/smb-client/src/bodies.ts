import type { CreateRequest, FileId, LockRequest, ReadRequest, WriteRequest } from '@tsmbd/smb2-codec';

/**
 * Bodies of requests for tests and load. The caller gives what matters; everything else has
 * harmless values.
 */

const NOTHING = new Uint8Array(0);

/** A CREATE with all rights, shared with everybody, that opens a file or makes it. */
export function createBody(name: string, more: Partial<CreateRequest> = {}): CreateRequest {
  return {
    requestedOplockLevel: 0,
    impersonationLevel: 2,
    smbCreateFlags: 0n,
    desiredAccess: 0x001f_01ff,
    fileAttributes: 0,
    shareAccess: 7,
    createDisposition: 3,
    createOptions: 0,
    name,
    createContexts: [],
    ...more,
  };
}

/** A READ of `length` bytes at `offset`; fewer bytes come at the end of the file. */
export function readBody(fileId: FileId, offset: number | bigint, length: number): ReadRequest {
  const none = { minimumCount: 0, channel: 0, remainingBytes: 0, readChannelInfo: NOTHING };
  return { padding: 0x50, flags: 0, length, offset: BigInt(offset), fileId, ...none };
}

export function writeBody(fileId: FileId, offset: number | bigint, data: Uint8Array): WriteRequest {
  const none = { channel: 0, remainingBytes: 0, flags: 0, writeChannelInfo: NOTHING };
  return { offset: BigInt(offset), fileId, data, ...none };
}

/**
 * A LOCK that locks or unlocks, depending on the elements' flags. With a sequence the server can
 * recognize a repeated LOCK. [MS-SMB2] 2.2.26
 */
export function lockBody(
  fileId: FileId,
  locks: readonly { readonly at: number | bigint; readonly length: number | bigint; readonly flags: number }[],
  sequence: { readonly index: number; readonly number: number } = { index: 0, number: 0 },
): LockRequest {
  return {
    lockSequenceNumber: sequence.number,
    lockSequenceIndex: sequence.index,
    fileId,
    locks: locks.map(({ at, length, flags }) => ({ offset: BigInt(at), length: BigInt(length), flags })),
  };
}
