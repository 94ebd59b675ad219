import type { Codec } from '@tsmbd/ms-dtyp';

/**
 * SRV_SNAPSHOT_ARRAY: response of FSCTL_SRV_ENUMERATE_SNAPSHOTS, [MS-SMB2] 2.2.32.2. The request
 * has no data.
 */
export interface SrvSnapshotArray {
  /** How many snapshots exist. */
  readonly numberOfSnapShots: number;
  /** Bytes that all the names need, or that the names below take. */
  readonly snapShotArraySize: number;
  /**
   * Names such as `@GMT-2026.11.21-04.00.00`. Empty if the buffer was too small for all of them.
   */
  readonly snapShots: readonly string[];
}

/**
 * SRV_SNAPSHOT_ARRAY, [MS-SMB2] 2.2.32.2: names, each followed by a zero, and one more zero at the
 * end.
 */
export const srvSnapshotArray: Codec<SrvSnapshotArray> = {
  name: 'SRV_SNAPSHOT_ARRAY',
  section: '[MS-SMB2] 2.2.32.2',
  decode(r) {
    const numberOfSnapShots = r.u32('NumberOfSnapShots');
    const returned = r.u32('NumberOfSnapShotsReturned');
    const snapShotArraySize = r.u32('SnapShotArraySize');
    if (returned === 0) return { numberOfSnapShots, snapShotArraySize, snapShots: [] };
    const snapShots = r.utf16(snapShotArraySize, 'SnapShots').split('\0').slice(0, returned);
    if (snapShots.length < returned) r.fail('SnapShots', `${snapShots.length} names, must be ${returned}`);
    return { numberOfSnapShots, snapShotArraySize, snapShots };
  },
  encode(w, m) {
    w.u32(m.numberOfSnapShots);
    w.u32(m.snapShots.length);
    w.u32(m.snapShotArraySize);
    if (m.snapShots.length === 0) return;
    const start = w.position;
    for (const name of m.snapShots) {
      w.utf16(name);
      w.u16(0);
    }
    w.u16(0);
    w.patch32(start - 4, w.position - start);
  },
};
