import { type Codec, type Sid, sid } from '@tsmbd/ms-dtyp';

/** FIND_BY_SID_DATA: request of FSCTL_FIND_FILES_BY_SID, [MS-FSCC] 2.3. */
export interface FindFilesBySid {
  /** 1 starts at the beginning. */
  readonly restart: number;
  /** The owner. */
  readonly sid: Sid;
}

/** FIND_BY_SID_DATA, [MS-FSCC] 2.3. */
export const findFilesBySid: Codec<FindFilesBySid> = {
  name: 'FSCTL_FIND_FILES_BY_SID Request',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const restart = r.u32('Restart');
    r.enter('SID', undefined, sid);
    const owner = sid.decode(r);
    r.leave();
    return { restart, sid: owner };
  },
  encode(w, m) {
    w.u32(m.restart);
    sid.encode(w, m.sid);
  },
};

/**
 * Response of FSCTL_FIND_FILES_BY_SID, [MS-FSCC] 2.3: a sequence of FILE_NAME_INFORMATION at
 * multiples of 8.
 */
export const filesBySid: Codec<readonly string[]> = {
  name: 'FSCTL_FIND_FILES_BY_SID Reply',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const names: string[] = [];
    while (r.remaining > 0) {
      r.enter('', names.length);
      names.push(r.utf16(r.u32('FileNameLength'), 'FileName'));
      r.leave();
      r.align(8);
    }
    return names;
  },
  encode(w, names) {
    for (const [i, name] of names.entries()) {
      if (i > 0) w.align(8);
      w.u32(name.length * 2);
      w.utf16(name);
    }
  },
};
