import type { DirectoryClass } from './directory-entry.ts';
import { decodePosixAttributes, encodePosixAttributes, type PosixAttributes } from './posix-attributes.ts';

/**
 * One entry of a listing of class FilePosixInformation (SMB 3.1.1 POSIX extensions, not in
 * [MS-FSCC]).
 */
export interface PosixDirectoryEntry extends PosixAttributes {
  readonly fileIndex: number;
  /** A SID, [MS-DTYP] 2.4.2.2, still encoded. */
  readonly ownerSid: Uint8Array;
  /** A SID, [MS-DTYP] 2.4.2.2, still encoded. */
  readonly groupSid: Uint8Array;
  readonly fileName: string;
}

/** FilePosixInformation as a directory class. */
export const filePosixDirectoryInformation: DirectoryClass<PosixDirectoryEntry> = {
  name: 'FilePosixInformation',
  section: 'SMB3 POSIX Extensions',
  size: (e) => 96 + e.ownerSid.length + e.groupSid.length + e.fileName.length * 2,
  decode(r) {
    const fileIndex = r.u32('FileIndex');
    const attributes = decodePosixAttributes(r);
    const ownerSid = r.take(sidLength(r.bytes, r.position, r.end), 'OwnerSid');
    const groupSid = r.take(sidLength(r.bytes, r.position, r.end), 'GroupSid');
    const fileName = r.utf16(r.u32('FileNameLength'), 'FileName');
    return { fileIndex, ...attributes, ownerSid, groupSid, fileName };
  },
  encode(w, e) {
    w.u32(e.fileIndex);
    encodePosixAttributes(w, e);
    w.bytes(e.ownerSid);
    w.bytes(e.groupSid);
    w.u32(e.fileName.length * 2);
    w.utf16(e.fileName);
  },
};

/** Bytes of the SID at an index: 8 and 4 for each sub-authority, [MS-DTYP] 2.4.2.2. */
function sidLength(bytes: Uint8Array, at: number, end: number): number {
  return at + 1 < end ? 8 + 4 * bytes[at + 1]! : 8;
}
