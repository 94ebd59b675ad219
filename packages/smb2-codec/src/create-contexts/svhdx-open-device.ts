import { type Codec, type Guid, guid } from '@tsmbd/ms-dtyp';

/** The fields that version 2 adds, [MS-RSVD] 2.2.4.32. */
export interface SvhdxDiskProperties {
  readonly virtualDiskPropertiesInitialized: number;
  readonly serverServiceVersion: number;
  /** Bytes. */
  readonly virtualSectorSize: number;
  /** Bytes. */
  readonly physicalSectorSize: number;
  /** Bytes. */
  readonly virtualSize: bigint;
}

/**
 * SVHDX_OPEN_DEVICE_CONTEXT, [MS-SMB2] 2.2.13.2.14. Its data is that of [MS-RSVD] 2.2.4.12, or with
 * `disk` that of 2.2.4.32. Request and response have the same layout.
 */
export interface SvhdxOpenDevice {
  /** 1 or 2. */
  readonly version: number;
  readonly hasInitiatorId: boolean;
  readonly initiatorId: Guid;
  readonly flags: number;
  readonly originatorFlags: number;
  readonly openRequestId: bigint;
  /** At most 63 characters. */
  readonly initiatorHostName: string;
  /** In version 2 only. */
  readonly disk?: SvhdxDiskProperties;
}

const HOST_NAME_ROOM = 126;

/** SVHDX_OPEN_DEVICE_CONTEXT and its V2, [MS-RSVD] 2.2.4.12 and 2.2.4.32. */
export const svhdxOpenDevice: Codec<SvhdxOpenDevice> = {
  name: 'SVHDX_OPEN_DEVICE_CONTEXT',
  section: '[MS-RSVD] 2.2.4.12',
  decode(r) {
    const version = r.u32('Version');
    const hasInitiatorId = r.u8('HasInitiatorId') !== 0;
    r.skip(3, 'Reserved');
    const initiatorId = r.guid('InitiatorId');
    const flags = r.u32('Flags');
    const originatorFlags = r.u32('OriginatorFlags');
    const openRequestId = r.u64('OpenRequestId');
    const nameLength = r.u16('InitiatorHostNameLength');
    if (nameLength > HOST_NAME_ROOM) r.fail('InitiatorHostNameLength', `${nameLength}, there is room for 126`);
    const initiatorHostName = r.utf16(nameLength, 'InitiatorHostName');
    r.skip(HOST_NAME_ROOM - nameLength, 'InitiatorHostName');
    const context = {
      version,
      hasInitiatorId,
      initiatorId,
      flags,
      originatorFlags,
      openRequestId,
      initiatorHostName,
    };
    if (version < 2) return context;
    const disk = {
      virtualDiskPropertiesInitialized: r.u32('VirtualDiskPropertiesInitialized'),
      serverServiceVersion: r.u32('ServerServiceVersion'),
      virtualSectorSize: r.u32('VirtualSectorSize'),
      physicalSectorSize: r.u32('PhysicalSectorSize'),
      virtualSize: r.u64('VirtualSize'),
    };
    return { ...context, disk };
  },
  encode(w, m) {
    const nameLength = m.initiatorHostName.length * 2;
    if (nameLength > HOST_NAME_ROOM) throw new RangeError(`host name of ${nameLength / 2} characters, at most 63`);
    w.u32(m.version);
    w.u8(m.hasInitiatorId ? 1 : 0);
    w.zero(3);
    guid.encode(w, m.initiatorId);
    w.u32(m.flags);
    w.u32(m.originatorFlags);
    w.u64(m.openRequestId);
    w.u16(nameLength);
    w.utf16(m.initiatorHostName);
    w.zero(HOST_NAME_ROOM - nameLength);
    if (m.disk === undefined) return;
    w.u32(m.disk.virtualDiskPropertiesInitialized);
    w.u32(m.disk.serverServiceVersion);
    w.u32(m.disk.virtualSectorSize);
    w.u32(m.disk.physicalSectorSize);
    w.u64(m.disk.virtualSize);
  },
};
