import type { Codec, Filetime } from '@tsmbd/ms-dtyp';

/** Name and serial number of a volume, FileFsVolumeInformation, [MS-FSCC] 2.5.9. */
export interface FileFsVolumeInformation {
  readonly volumeCreationTime: Filetime;
  readonly volumeSerialNumber: number;
  /** Object ids are supported. */
  readonly supportsObjects: boolean;
  readonly volumeLabel: string;
}

/**
 * Bytes of a FileFsVolumeInformation before the label. A buffer must hold these for a partial
 * answer.
 */
export const FILE_FS_VOLUME_INFORMATION_FIXED_SIZE = 18;

/** FileFsVolumeInformation, [MS-FSCC] 2.5.9. */
export const fileFsVolumeInformation: Codec<FileFsVolumeInformation> = {
  name: 'FileFsVolumeInformation',
  section: '[MS-FSCC] 2.5.9',
  decode(r) {
    const volumeCreationTime = r.u64('VolumeCreationTime');
    const volumeSerialNumber = r.u32('VolumeSerialNumber');
    const labelLength = r.u32('VolumeLabelLength');
    const supportsObjects = r.u8('SupportsObjects') !== 0;
    r.skip(1, 'Reserved');
    const volumeLabel = r.utf16(labelLength, 'VolumeLabel');
    return { volumeCreationTime, volumeSerialNumber, supportsObjects, volumeLabel };
  },
  encode(w, m) {
    w.u64(m.volumeCreationTime);
    w.u32(m.volumeSerialNumber);
    w.u32(m.volumeLabel.length * 2);
    w.u8(m.supportsObjects ? 1 : 0);
    w.zero(1);
    w.utf16(m.volumeLabel);
  },
};

/** The label of a volume, FileFsLabelInformation, [MS-FSCC] 2.5.5; set only. */
export interface FileFsLabelInformation {
  readonly volumeLabel: string;
}

/** FileFsLabelInformation, [MS-FSCC] 2.5.5. */
export const fileFsLabelInformation: Codec<FileFsLabelInformation> = {
  name: 'FileFsLabelInformation',
  section: '[MS-FSCC] 2.5.5',
  decode: (r) => ({ volumeLabel: r.utf16(r.u32('VolumeLabelLength'), 'VolumeLabel') }),
  encode(w, m) {
    w.u32(m.volumeLabel.length * 2);
    w.utf16(m.volumeLabel);
  },
};
