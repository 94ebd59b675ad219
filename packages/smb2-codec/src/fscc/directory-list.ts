import { type Codec, Reader, type Writer } from '@tsmbd/ms-dtyp';
import { aaplDirectoryInformation } from './aapl-directory-entry.ts';
import {
  type DirectoryClass,
  type DirectoryEntry,
  fileBothDirectoryInformation,
  fileDirectoryInformation,
  fileFullDirectoryInformation,
  fileId64ExtdBothDirectoryInformation,
  fileId64ExtdDirectoryInformation,
  fileIdAllExtdBothDirectoryInformation,
  fileIdAllExtdDirectoryInformation,
  fileIdBothDirectoryInformation,
  fileIdExtdBothDirectoryInformation,
  fileIdExtdDirectoryInformation,
  fileIdFullDirectoryInformation,
  fileNamesInformation,
} from './directory-entry.ts';
import { decodeEntries, encodeEntries } from './entry-list.ts';
import { FileInformationClass } from './information-class.ts';
import { filePosixDirectoryInformation } from './posix-directory-entry.ts';

/** Entries of a listing start at multiples of 8, [MS-FSCC] 2.4. */
const ALIGNMENT = 8;

/**
 * The class that encodes a DirectoryEntry for a FileInformationClass; undefined if it is not a
 * directory class. FileNamesInformation can encode such an entry too, but cannot decode one.
 */
export function directoryClassOf(infoClass: number): DirectoryEntryEncoder | undefined {
  return CLASSES.get(infoClass);
}

/** The parts of a class that a writer of listings needs. */
export type DirectoryEntryEncoder<T = DirectoryEntry> = Pick<DirectoryClass<T>, 'name' | 'size' | 'encode'>;

/** Fills a buffer with entries until one does not fit. */
export interface DirectoryEntryWriter<T = DirectoryEntry> {
  /** Entries written. */
  readonly count: number;
  /** Writes the entry. If it no longer fits, writes nothing and returns false. */
  add(entry: T): boolean;
}

/**
 * A writer of a listing of at most `limit` bytes, from the position of `w` on. It links the entries
 * by NextEntryOffset and pads between them. Nothing has to be done at the end.
 */
export function directoryEntryWriter<T>(
  w: Writer,
  directoryClass: DirectoryEntryEncoder<T>,
  limit: number,
): DirectoryEntryWriter<T> {
  return new ListWriter(w, directoryClass, limit);
}

class ListWriter<T> implements DirectoryEntryWriter<T> {
  count = 0;
  readonly #w: Writer;
  readonly #class: DirectoryEntryEncoder<T>;
  readonly #start: number;
  readonly #limit: number;
  #last = 0;

  constructor(w: Writer, directoryClass: DirectoryEntryEncoder<T>, limit: number) {
    this.#w = w;
    this.#class = directoryClass;
    this.#start = w.position;
    this.#limit = limit;
  }

  add(entry: T): boolean {
    const w = this.#w;
    const padding = -(w.position - this.#start) & (ALIGNMENT - 1);
    const used = w.position - this.#start + padding;
    if (used + this.#class.size(entry) > this.#limit) return false;
    if (padding > 0) w.zero(padding);
    const at = w.position;
    if (this.count > 0) w.patch32(this.#last, at - this.#last);
    w.u32(0);
    this.#class.encode(w, entry);
    this.#last = at;
    this.count++;
    return true;
  }
}

/** The codec of a whole listing of one class, for clients and analysers. */
export function directoryList<T>(directoryClass: DirectoryClass<T>): Codec<readonly T[]> {
  return {
    name: directoryClass.name,
    section: directoryClass.section,
    decode: (r) => decodeEntries(r, directoryClass, ALIGNMENT),
    encode: (w, entries) => encodeEntries(w, directoryClass, ALIGNMENT, entries),
  };
}

/**
 * The codec of a whole listing of a class, including the POSIX class and that of names, for
 * analysers; undefined for an unknown class.
 *
 * @param isReadDirAttr the connection's AAPL context agreed on SUPPORTS_READ_DIR_ATTR
 */
export function directoryCodec(infoClass: number, isReadDirAttr = false): Codec<readonly unknown[]> | undefined {
  const isAapl = isReadDirAttr && infoClass === FileInformationClass.FileIdBothDirectoryInformation;
  return isAapl ? AAPL_LIST : LISTS.get(infoClass);
}

/**
 * Decodes the buffer of a QUERY_DIRECTORY response. Returns undefined if the class is not a
 * directory class with data.
 */
export function decodeDirectory(infoClass: number, buffer: Uint8Array): readonly DirectoryEntry[] | undefined {
  const directoryClass = DECODABLE.get(infoClass);
  return directoryClass && decodeEntries(new Reader(buffer, directoryClass.name), directoryClass, ALIGNMENT);
}

const DECODABLE: ReadonlyMap<number, DirectoryClass<DirectoryEntry>> = new Map<number, DirectoryClass<DirectoryEntry>>([
  [FileInformationClass.FileDirectoryInformation, fileDirectoryInformation],
  [FileInformationClass.FileFullDirectoryInformation, fileFullDirectoryInformation],
  [FileInformationClass.FileBothDirectoryInformation, fileBothDirectoryInformation],
  [FileInformationClass.FileIdBothDirectoryInformation, fileIdBothDirectoryInformation],
  [FileInformationClass.FileIdFullDirectoryInformation, fileIdFullDirectoryInformation],
  [FileInformationClass.FileIdExtdDirectoryInformation, fileIdExtdDirectoryInformation],
  [FileInformationClass.FileIdExtdBothDirectoryInformation, fileIdExtdBothDirectoryInformation],
  [FileInformationClass.FileId64ExtdDirectoryInformation, fileId64ExtdDirectoryInformation],
  [FileInformationClass.FileId64ExtdBothDirectoryInformation, fileId64ExtdBothDirectoryInformation],
  [FileInformationClass.FileIdAllExtdDirectoryInformation, fileIdAllExtdDirectoryInformation],
  [FileInformationClass.FileIdAllExtdBothDirectoryInformation, fileIdAllExtdBothDirectoryInformation],
]);

const CLASSES: ReadonlyMap<number, DirectoryEntryEncoder> = new Map<number, DirectoryEntryEncoder>([
  ...DECODABLE,
  [FileInformationClass.FileNamesInformation, fileNamesInformation],
]);

const AAPL_LIST: Codec<readonly unknown[]> = directoryList(aaplDirectoryInformation);

const LISTS: ReadonlyMap<number, Codec<readonly unknown[]>> = new Map<number, Codec<readonly unknown[]>>([
  ...[...DECODABLE].map(([infoClass, entry]) => [infoClass, directoryList(entry)] as const),
  [FileInformationClass.FileNamesInformation, directoryList(fileNamesInformation)],
  [FileInformationClass.FilePosixInformation, directoryList(filePosixDirectoryInformation)],
]);
