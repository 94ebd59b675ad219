import { type Codec, type Guid, guid } from '@tsmbd/ms-dtyp';

/** SMB2_CREATE_APP_INSTANCE_ID, [MS-SMB2] 2.2.13.2.13. Request only. */
export interface AppInstanceId {
  readonly appInstanceId: Guid;
}

/** SMB2_CREATE_APP_INSTANCE_ID, [MS-SMB2] 2.2.13.2.13. */
export const appInstanceId: Codec<AppInstanceId> = {
  name: 'CREATE_APP_INSTANCE_ID',
  section: '[MS-SMB2] 2.2.13.2.13',
  decode(r) {
    r.constant16(20, 'StructureSize');
    r.skip(2, 'Reserved');
    return { appInstanceId: r.guid('AppInstanceId') };
  },
  encode(w, m) {
    w.u16(20);
    w.zero(2);
    guid.encode(w, m.appInstanceId);
  },
};

/** SMB2_CREATE_APP_INSTANCE_VERSION, [MS-SMB2] 2.2.13.2.15. Request only. */
export interface AppInstanceVersion {
  readonly appInstanceVersionHigh: bigint;
  readonly appInstanceVersionLow: bigint;
}

/** SMB2_CREATE_APP_INSTANCE_VERSION, [MS-SMB2] 2.2.13.2.15. */
export const appInstanceVersion: Codec<AppInstanceVersion> = {
  name: 'CREATE_APP_INSTANCE_VERSION',
  section: '[MS-SMB2] 2.2.13.2.15',
  decode(r) {
    r.constant16(24, 'StructureSize');
    r.skip(2, 'Reserved');
    r.skip(4, 'Padding');
    return {
      appInstanceVersionHigh: r.u64('AppInstanceVersionHigh'),
      appInstanceVersionLow: r.u64('AppInstanceVersionLow'),
    };
  },
  encode(w, m) {
    w.u16(24);
    w.zero(6);
    w.u64(m.appInstanceVersionHigh);
    w.u64(m.appInstanceVersionLow);
  },
};
