import type { Codec, Filetime } from '@tsmbd/ms-dtyp';

/** The facts about a file that a client usually needs together, [MS-FSCC] 2.4. */
export interface FileNetworkOpenInformation {
  readonly creationTime: Filetime;
  readonly lastAccessTime: Filetime;
  readonly lastWriteTime: Filetime;
  readonly changeTime: Filetime;
  /** Bytes. */
  readonly allocationSize: bigint;
  /** Bytes. */
  readonly endOfFile: bigint;
  /** Bits of FileAttributes. */
  readonly fileAttributes: number;
}

/** FileNetworkOpenInformation, [MS-FSCC] 2.4. */
export const fileNetworkOpenInformation: Codec<FileNetworkOpenInformation> = {
  name: 'FileNetworkOpenInformation',
  section: '[MS-FSCC] 2.4',
  decode(r) {
    const creationTime = r.u64('CreationTime');
    const lastAccessTime = r.u64('LastAccessTime');
    const lastWriteTime = r.u64('LastWriteTime');
    const changeTime = r.u64('ChangeTime');
    const allocationSize = r.u64('AllocationSize');
    const endOfFile = r.u64('EndOfFile');
    const fileAttributes = r.u32('FileAttributes');
    r.skip(4, 'Reserved');
    return { creationTime, lastAccessTime, lastWriteTime, changeTime, allocationSize, endOfFile, fileAttributes };
  },
  encode(w, m) {
    w.u64(m.creationTime);
    w.u64(m.lastAccessTime);
    w.u64(m.lastWriteTime);
    w.u64(m.changeTime);
    w.u64(m.allocationSize);
    w.u64(m.endOfFile);
    w.u32(m.fileAttributes);
    w.zero(4);
  },
};
