import type { Codec } from '@tsmbd/ms-dtyp';

/** FILE_DEVICE_*, [MS-FSCC] 2.5.10. */
export const DeviceType = { CD_ROM: 0x0000_0002, DISK: 0x0000_0007, NAMED_PIPE: 0x0000_0011 } as const;

/** Characteristics of a device, [MS-FSCC] 2.5.10. */
export const DeviceCharacteristics = {
  REMOVABLE_MEDIA: 0x0000_0001,
  READ_ONLY_DEVICE: 0x0000_0002,
  FLOPPY_DISKETTE: 0x0000_0004,
  WRITE_ONCE_MEDIA: 0x0000_0008,
  REMOTE_DEVICE: 0x0000_0010,
  DEVICE_IS_MOUNTED: 0x0000_0020,
  VIRTUAL_VOLUME: 0x0000_0040,
  DEVICE_SECURE_OPEN: 0x0000_0100,
} as const;

/** Device of a volume, [MS-FSCC] 2.5.10. */
export interface FileFsDeviceInformation {
  /** One of DeviceType. */
  readonly deviceType: number;
  /** Bits of DeviceCharacteristics. */
  readonly characteristics: number;
}

/** FileFsDeviceInformation, [MS-FSCC] 2.5.10. */
export const fileFsDeviceInformation: Codec<FileFsDeviceInformation> = {
  name: 'FileFsDeviceInformation',
  section: '[MS-FSCC] 2.5.10',
  decode: (r) => ({ deviceType: r.u32('DeviceType'), characteristics: r.u32('Characteristics') }),
  encode(w, m) {
    w.u32(m.deviceType);
    w.u32(m.characteristics);
  },
};
