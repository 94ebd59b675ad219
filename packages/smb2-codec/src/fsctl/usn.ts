import type { Codec } from '@tsmbd/ms-dtyp';

/**
 * READ_FILE_USN_DATA: request of FSCTL_READ_FILE_USN_DATA if the client says which versions it
 * knows, [MS-FSCC] 2.3.
 */
export interface ReadFileUsnData {
  readonly minMajorVersion: number;
  readonly maxMajorVersion: number;
}

/** READ_FILE_USN_DATA. */
export const readFileUsnData: Codec<ReadFileUsnData> = {
  name: 'READ_FILE_USN_DATA',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const minMajorVersion = r.u16('MinMajorVersion');
    const maxMajorVersion = r.u16('MaxMajorVersion');
    return { minMajorVersion, maxMajorVersion };
  },
  encode(w, m) {
    w.u16(m.minMajorVersion);
    w.u16(m.maxMajorVersion);
  },
};

/** Response of FSCTL_WRITE_USN_CLOSE_RECORD, [MS-FSCC] 2.3. */
export interface UsnCloseRecord {
  readonly usn: bigint;
}

/** Response of FSCTL_WRITE_USN_CLOSE_RECORD, [MS-FSCC] 2.3. */
export const usnCloseRecord: Codec<UsnCloseRecord> = {
  name: 'FSCTL_WRITE_USN_CLOSE_RECORD Reply',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const usn = r.i64('Usn');
    return { usn };
  },
  encode(w, m) {
    w.i64(m.usn);
  },
};
