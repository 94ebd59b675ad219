import type { Codec } from '@tsmbd/ms-dtyp';

/** FSCTL_SET_ZERO_DATA: the range to make zero. The response has no data, [MS-FSCC] 2.3. */
export interface FileZeroDataInformation {
  /** First byte. */
  readonly fileOffset: bigint;
  /** First byte behind the range. */
  readonly beyondFinalZero: bigint;
}

/** FILE_ZERO_DATA_INFORMATION, [MS-FSCC] 2.3. */
export const fileZeroDataInformation: Codec<FileZeroDataInformation> = {
  name: 'FILE_ZERO_DATA_INFORMATION',
  section: '[MS-FSCC] 2.3',
  decode: (r) => ({ fileOffset: r.i64('FileOffset'), beyondFinalZero: r.i64('BeyondFinalZero') }),
  encode(w, m) {
    w.i64(m.fileOffset);
    w.i64(m.beyondFinalZero);
  },
};
