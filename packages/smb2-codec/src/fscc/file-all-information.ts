import type { Codec, Reader } from '@tsmbd/ms-dtyp';
import { type FileBasicInformation, fileBasicInformation } from './file-basic-information.ts';
import { fileNameInformation } from './file-name-information.ts';
import { type FileStandardInformation, fileStandardInformation } from './file-standard-information.ts';

/**
 * FileAllInformation, [MS-FSCC] 2.4.2: nine classes in one. A class that has only one field appears
 * here as that field.
 */
export interface FileAllInformation {
  readonly basic: FileBasicInformation;
  readonly standard: FileStandardInformation;
  readonly indexNumber: bigint;
  readonly eaSize: number;
  /** Bits of AccessMask. */
  readonly accessFlags: number;
  readonly currentByteOffset: bigint;
  readonly mode: number;
  readonly alignmentRequirement: number;
  /** The path from the share's root, with a leading backslash. */
  readonly fileName: string;
}

/**
 * Bytes of a FileAllInformation before the name itself. A buffer must hold these for a partial
 * answer.
 */
export const FILE_ALL_INFORMATION_FIXED_SIZE = 100;

/** FileAllInformation, [MS-FSCC] 2.4.2. */
export const fileAllInformation: Codec<FileAllInformation> = {
  name: 'FileAllInformation',
  section: '[MS-FSCC] 2.4.2',
  decode(r) {
    return {
      basic: nested(r, 'BasicInformation', fileBasicInformation),
      standard: nested(r, 'StandardInformation', fileStandardInformation),
      indexNumber: r.u64('IndexNumber'),
      eaSize: r.u32('EaSize'),
      accessFlags: r.u32('AccessFlags'),
      currentByteOffset: r.u64('CurrentByteOffset'),
      mode: r.u32('Mode'),
      alignmentRequirement: r.u32('AlignmentRequirement'),
      fileName: nested(r, 'NameInformation', fileNameInformation).fileName,
    };
  },
  encode(w, m) {
    fileBasicInformation.encode(w, m.basic);
    fileStandardInformation.encode(w, m.standard);
    w.u64(m.indexNumber);
    w.u32(m.eaSize);
    w.u32(m.accessFlags);
    w.u64(m.currentByteOffset);
    w.u32(m.mode);
    w.u32(m.alignmentRequirement);
    fileNameInformation.encode(w, m);
  },
};

function nested<T>(r: Reader, field: string, codec: Codec<T>): T {
  r.enter(field, undefined, codec);
  const value = codec.decode(r);
  r.leave();
  return value;
}
