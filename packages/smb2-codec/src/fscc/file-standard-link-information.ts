import type { Codec } from '@tsmbd/ms-dtyp';

/** Links of a file, [MS-FSCC] 2.4. */
export interface FileStandardLinkInformation {
  readonly numberOfAccessibleLinks: number;
  readonly totalNumberOfLinks: number;
  readonly deletePending: boolean;
  readonly directory: boolean;
}

/** FileStandardLinkInformation, [MS-FSCC] 2.4. */
export const fileStandardLinkInformation: Codec<FileStandardLinkInformation> = {
  name: 'FileStandardLinkInformation',
  section: '[MS-FSCC] 2.4',
  decode(r) {
    const numberOfAccessibleLinks = r.u32('NumberOfAccessibleLinks');
    const totalNumberOfLinks = r.u32('TotalNumberOfLinks');
    const deletePending = r.u8('DeletePending') !== 0;
    const directory = r.u8('Directory') !== 0;
    r.skip(2, 'Reserved');
    return { numberOfAccessibleLinks, totalNumberOfLinks, deletePending, directory };
  },
  encode(w, m) {
    w.u32(m.numberOfAccessibleLinks);
    w.u32(m.totalNumberOfLinks);
    w.u8(m.deletePending ? 1 : 0);
    w.u8(m.directory ? 1 : 0);
    w.zero(2);
  },
};
