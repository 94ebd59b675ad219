import type { Codec, Filetime } from '@tsmbd/ms-dtyp';

/**
 * Times with a special meaning in a change, [MS-FSCC] 2.4.7: 0, and -1 and -2 as unsigned values.
 */
export const FileTimeCommand = {
  LEAVE: 0n,
  FREEZE: 0xffff_ffff_ffff_ffffn,
  THAW: 0xffff_ffff_ffff_fffen,
} as const;

/**
 * Times and attributes of a file, [MS-FSCC] 2.4.7. In a change, 0 leaves a time or the attributes
 * as they are. For a time, FileTimeCommand.FREEZE stops its automatic update by this open, and THAW
 * starts that again.
 */
export interface FileBasicInformation {
  readonly creationTime: Filetime;
  readonly lastAccessTime: Filetime;
  readonly lastWriteTime: Filetime;
  readonly changeTime: Filetime;
  /** Bits of FileAttributes. */
  readonly fileAttributes: number;
}

/** FileBasicInformation, [MS-FSCC] 2.4.7. */
export const fileBasicInformation: Codec<FileBasicInformation> = {
  name: 'FileBasicInformation',
  section: '[MS-FSCC] 2.4.7',
  decode(r) {
    const creationTime = r.u64('CreationTime');
    const lastAccessTime = r.u64('LastAccessTime');
    const lastWriteTime = r.u64('LastWriteTime');
    const changeTime = r.u64('ChangeTime');
    const fileAttributes = r.u32('FileAttributes');
    r.skip(4, 'Reserved');
    return { creationTime, lastAccessTime, lastWriteTime, changeTime, fileAttributes };
  },
  encode(w, m) {
    w.u64(m.creationTime);
    w.u64(m.lastAccessTime);
    w.u64(m.lastWriteTime);
    w.u64(m.changeTime);
    w.u32(m.fileAttributes);
    w.zero(4);
  },
};
