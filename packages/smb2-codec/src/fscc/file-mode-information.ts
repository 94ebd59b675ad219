import type { Codec } from '@tsmbd/ms-dtyp';

/** The mode in which a handle was opened, [MS-FSCC] 2.4. */
export interface FileModeInformation {
  /** Some bits of CreateOptions. */
  readonly mode: number;
}

/** FileModeInformation, [MS-FSCC] 2.4. */
export const fileModeInformation: Codec<FileModeInformation> = {
  name: 'FileModeInformation',
  section: '[MS-FSCC] 2.4',
  decode: (r) => ({ mode: r.u32('Mode') }),
  encode: (w, m) => w.u32(m.mode),
};
