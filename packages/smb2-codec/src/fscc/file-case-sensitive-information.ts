import type { Codec } from '@tsmbd/ms-dtyp';

/** Whether names in a directory are case sensitive, [MS-FSCC] 2.4. */
export interface FileCaseSensitiveInformation {
  /** 1: case sensitive. */
  readonly flags: number;
}

/** FileCaseSensitiveInformation, [MS-FSCC] 2.4. */
export const fileCaseSensitiveInformation: Codec<FileCaseSensitiveInformation> = {
  name: 'FileCaseSensitiveInformation',
  section: '[MS-FSCC] 2.4',
  decode: (r) => ({ flags: r.u32('Flags') }),
  encode: (w, m) => w.u32(m.flags),
};
