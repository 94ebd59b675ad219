import type { Codec } from '@tsmbd/ms-dtyp';

/** SMB2_FILEID, [MS-SMB2] 2.2.14.1. */
export interface FileId {
  /** The part that stays the same when a durable open is reconnected. */
  readonly persistent: bigint;
  /** The part that changes when the open is re-established. */
  readonly volatile: bigint;
}

/**
 * The FileId of all ones. In a related compound request it means the FileId of the request before;
 * in an IOCTL it means no file.
 */
export const ANY_FILE_ID: FileId = { persistent: 0xffff_ffff_ffff_ffffn, volatile: 0xffff_ffff_ffff_ffffn };

/** SMB2_FILEID, [MS-SMB2] 2.2.14.1. */
export const fileId: Codec<FileId> = {
  name: 'SMB2_FILEID',
  section: '[MS-SMB2] 2.2.14.1',
  decode(r) {
    r.enter('FileId', undefined, fileId);
    const id = { persistent: r.u64('Persistent'), volatile: r.u64('Volatile') };
    r.leave();
    return id;
  },
  encode(w, value) {
    w.u64(value.persistent);
    w.u64(value.volatile);
  },
};
