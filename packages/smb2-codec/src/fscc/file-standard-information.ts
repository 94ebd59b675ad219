import type { Codec } from '@tsmbd/ms-dtyp';

/** Sizes and links of a file, [MS-FSCC] 2.4. */
export interface FileStandardInformation {
  /** Bytes. */
  readonly allocationSize: bigint;
  /** Bytes. */
  readonly endOfFile: bigint;
  readonly numberOfLinks: number;
  readonly deletePending: boolean;
  readonly directory: boolean;
}

/** FileStandardInformation, [MS-FSCC] 2.4. */
export const fileStandardInformation: Codec<FileStandardInformation> = {
  name: 'FileStandardInformation',
  section: '[MS-FSCC] 2.4',
  decode(r) {
    const allocationSize = r.u64('AllocationSize');
    const endOfFile = r.u64('EndOfFile');
    const numberOfLinks = r.u32('NumberOfLinks');
    const deletePending = r.u8('DeletePending') !== 0;
    const directory = r.u8('Directory') !== 0;
    r.skip(2, 'Reserved');
    return { allocationSize, endOfFile, numberOfLinks, deletePending, directory };
  },
  encode(w, m) {
    w.u64(m.allocationSize);
    w.u64(m.endOfFile);
    w.u32(m.numberOfLinks);
    w.u8(m.deletePending ? 1 : 0);
    w.u8(m.directory ? 1 : 0);
    w.zero(2);
  },
};
