import type { Codec } from '@tsmbd/ms-dtyp';

/**
 * SMB2_CREATE_QUERY_ON_DISK_ID response ('QFid'), [MS-SMB2] 2.2.14.2.9. The request ([MS-SMB2]
 * 2.2.13.2.9) has no data.
 */
export interface QueryOnDiskIdResponse {
  readonly diskFileId: bigint;
  readonly volumeId: bigint;
}

/** SMB2_CREATE_QUERY_ON_DISK_ID response, [MS-SMB2] 2.2.14.2.9. */
export const queryOnDiskIdResponse: Codec<QueryOnDiskIdResponse> = {
  name: 'CREATE_QUERY_ON_DISK_ID',
  section: '[MS-SMB2] 2.2.14.2.9',
  decode(r) {
    const diskFileId = r.u64('DiskFileId');
    const volumeId = r.u64('VolumeId');
    r.skip(16, 'Reserved');
    return { diskFileId, volumeId };
  },
  encode(w, m) {
    w.u64(m.diskFileId);
    w.u64(m.volumeId);
    w.zero(16);
  },
};
