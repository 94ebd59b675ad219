import type { Codec } from '@tsmbd/ms-dtyp';
import { decodeEntries, type EntryBody, encodeEntries } from './entry-list.ts';

/** FILE_ACTION_*, [MS-FSCC] 2.7.1. */
export const FileAction = {
  ADDED: 1,
  REMOVED: 2,
  MODIFIED: 3,
  RENAMED_OLD_NAME: 4,
  RENAMED_NEW_NAME: 5,
  ADDED_STREAM: 6,
  REMOVED_STREAM: 7,
  MODIFIED_STREAM: 8,
  REMOVED_BY_DELETE: 9,
  ID_NOT_TUNNELLED: 10,
  TUNNELLED_ID_COLLISION: 11,
} as const;

/** One change in a watched directory, FILE_NOTIFY_INFORMATION, [MS-FSCC] 2.7.1. */
export interface FileNotifyInformation {
  /** One of FileAction. */
  readonly action: number;
  /** Relative to the watched directory, with backslashes. */
  readonly fileName: string;
}

const notify: EntryBody<FileNotifyInformation> = {
  name: 'FILE_NOTIFY_INFORMATION',
  section: '[MS-FSCC] 2.7.1',
  decode: (r) => ({ action: r.u32('Action'), fileName: r.utf16(r.u32('FileNameLength'), 'FileName') }),
  encode(w, m) {
    w.u32(m.action);
    w.u32(m.fileName.length * 2);
    w.utf16(m.fileName);
  },
};

/** The changes that a CHANGE_NOTIFY response reports, [MS-FSCC] 2.7.1. */
export const fileNotifyInformation: Codec<readonly FileNotifyInformation[]> = {
  name: notify.name,
  section: '[MS-FSCC] 2.7.1',
  decode: (r) => decodeEntries(r, notify, 4),
  encode: (w, changes) => encodeEntries(w, notify, 4, changes),
};

/**
 * Bytes that one change takes in a list, with its padding. It serves to keep a list within a
 * client's buffer.
 */
export function fileNotifySize(change: FileNotifyInformation): number {
  return (12 + change.fileName.length * 2 + 3) & ~3;
}
