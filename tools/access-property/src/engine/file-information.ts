import { encode, type Filetime, filetimeFromUnixMs } from '@tsmbd/ms-dtyp';
import {
  FileInformationClass,
  type FullEa,
  fileAllocationInformation,
  fileBasicInformation,
  fileDispositionInformation,
  fileDispositionInformationEx,
  fileEndOfFileInformation,
  fileLinkInformation,
  fileRenameInformation,
  fileValidDataLengthInformation,
  fullEaList,
} from '@tsmbd/smb2-codec';
import type { OpenStep } from '../case.ts';

const C = FileInformationClass;

/** Class and buffer of a SET_INFO about a file. */
export function fileInformation(step: OpenStep): readonly [fileInfoClass: number, buffer: Uint8Array] {
  switch (step.do) {
    case 'basic': {
      const [creation, access, write, change] = step.times;
      const value = {
        creationTime: wireTime(creation),
        lastAccessTime: wireTime(access),
        lastWriteTime: wireTime(write),
        changeTime: wireTime(change),
        fileAttributes: step.attributes,
      };
      return [C.FileBasicInformation, encode(fileBasicInformation, value)];
    }
    case 'rename':
    case 'link': {
      const value = { replaceIfExists: step.replace, rootDirectory: 0n, fileName: step.to };
      return step.do === 'rename'
        ? [C.FileRenameInformation, encode(fileRenameInformation, value)]
        : [C.FileLinkInformation, encode(fileLinkInformation, value)];
    }
    case 'disposition':
      return [C.FileDispositionInformation, encode(fileDispositionInformation, { deletePending: step.deletes })];
    case 'disposition-ex':
      return [C.FileDispositionInformationEx, encode(fileDispositionInformationEx, { flags: step.flags })];
    case 'end-of-file':
      return [C.FileEndOfFileInformation, encode(fileEndOfFileInformation, { endOfFile: BigInt(step.size) })];
    case 'allocation':
      return [C.FileAllocationInformation, encode(fileAllocationInformation, { allocationSize: BigInt(step.size) })];
    case 'valid-data': {
      const value = { validDataLength: BigInt(step.size) };
      return [C.FileValidDataLengthInformation, encode(fileValidDataLengthInformation, value)];
    }
    case 'ea':
      return [C.FileFullEaInformation, encode(fullEaList, eaList(step.eas))];
    default:
      throw new Error(`${step.do} is no information about a file`);
  }
}

/** Seconds since 1970 as a FILETIME; 0, -1 and -2 keep their special meaning. */
function wireTime(seconds: number): Filetime {
  return seconds <= 0 ? BigInt.asUintN(64, BigInt(seconds)) : filetimeFromUnixMs(seconds * 1000);
}

export function eaList(eas: Readonly<Record<string, string>>): readonly FullEa[] {
  return Object.entries(eas).map(([name, value]) => ({ flags: 0, name, value: Buffer.from(value) }));
}
