import { CodecError, filetimeFromUnixNs, Reader, unixNsFromFiletime, Writer } from '@tsmbd/ms-dtyp';

/** The xattr that keeps FILE_ATTRIBUTE bits and the birth time, as Samba and ksmbd do. */
export const DOSATTRIB = 'user.DOSATTRIB';

/** What DOSATTRIB says of a file. */
export interface DosInfo {
  /** FILE_ATTRIBUTE_* bits without DIRECTORY; undefined if the value has none. */
  readonly attributes: number | undefined;
  /** ns since 1970. */
  readonly birthTime: bigint | undefined;
}

/** valid_flags: which fields are valid. */
const Valid = { ATTRIB: 0x01, CREATE_TIME: 0x10 } as const;
/** Bits that follow from what the file is: DIRECTORY, REPARSE_POINT, COMPRESSED. */
const DERIVED = 0x10 | 0x400 | 0x800;
/** What Samba writes since 4.16. */
const VERSION = 5;

/**
 * Reads the value of `user.DOSATTRIB`: NDR with a text, the version, and for versions 3, 4 and 5
 * flags, attributes and times; or, from old servers, only the text "0x..". Undefined if the value
 * is none of these: because of a foreign value a file loses its attributes, but can still be read.
 */
export function parseDosAttrib(value: Uint8Array): DosInfo | undefined {
  try {
    const r = new Reader(value, 'DOSATTRIB');
    const text = readText(r);
    if (r.remaining < 4) return fromText(text);
    const version = r.u16('version');
    r.u16('level');
    r.align(4);
    if (version === 3) return readVersion3(r);
    if (version === 4 || version === 5) return readVersion4(r, version);
    return fromText(text);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** Version 5: flags, attributes, birth time. */
export function encodeDosAttrib(info: DosInfo): Uint8Array {
  const w = new Writer(24, 0, true);
  w.zero(2); // the empty text and its padding
  w.u16(VERSION);
  w.u16(VERSION);
  w.zero(2);
  w.u32((info.attributes === undefined ? 0 : Valid.ATTRIB) | (info.birthTime === undefined ? 0 : Valid.CREATE_TIME));
  w.u32(info.attributes ?? 0);
  w.u64(info.birthTime === undefined ? 0n : filetimeFromUnixNs(info.birthTime));
  return w.result();
}

function readVersion3(r: Reader): DosInfo {
  const flags = r.u32('valid_flags');
  const attributes = r.u32('attrib');
  r.skip(4, 'ea_size');
  r.skip(8, 'size');
  r.skip(8, 'alloc_size');
  const created = r.u64('create_time');
  return dosInfo(flags, attributes, created);
}

/**
 * Versions 4 and 5. Version 4 has a second birth time, from which Samba made file ids for some
 * years. It is of no use to anybody any more, and Samba drops it as well.
 */
function readVersion4(r: Reader, version: number): DosInfo {
  const flags = r.u32('valid_flags');
  const attributes = r.u32('attrib');
  if (version === 4) r.skip(8, 'itime');
  return dosInfo(flags, attributes, r.u64('create_time'));
}

function dosInfo(flags: number, attributes: number, created: bigint): DosInfo {
  return {
    attributes: (flags & Valid.ATTRIB) === 0 ? undefined : attributes & ~DERIVED,
    birthTime: (flags & Valid.CREATE_TIME) === 0 || created === 0n ? undefined : unixNsFromFiletime(created),
  };
}

/** Reads the text up to its NUL, and moves the cursor behind its padding. */
function readText(r: Reader): string {
  let text = '';
  while (r.remaining > 0) {
    const unit = r.u8('attrib_hex');
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }
  r.align(2);
  return text;
}

function fromText(text: string): DosInfo | undefined {
  if (!/^0x[0-9a-fA-F]{1,8}$/.test(text)) return undefined;
  return { attributes: Number(text) & ~DERIVED, birthTime: undefined };
}
