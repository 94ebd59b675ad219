import type { Codec } from '@tsmbd/ms-dtyp';

/** The buffer alignment that the device needs, [MS-FSCC] 2.4.3. */
export interface FileAlignmentInformation {
  /** The alignment in bytes minus one. */
  readonly alignmentRequirement: number;
}

/** FileAlignmentInformation, [MS-FSCC] 2.4.3. */
export const fileAlignmentInformation: Codec<FileAlignmentInformation> = {
  name: 'FileAlignmentInformation',
  section: '[MS-FSCC] 2.4.3',
  decode: (r) => ({ alignmentRequirement: r.u32('AlignmentRequirement') }),
  encode: (w, m) => w.u32(m.alignmentRequirement),
};
