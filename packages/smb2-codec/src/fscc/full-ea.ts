import type { Codec, Reader, Writer } from '@tsmbd/ms-dtyp';
import { decodeEntries, type EntryBody, encodeEntries } from './entry-list.ts';

/**
 * FILE_NEED_EA: a program that does not understand this attribute must not open the file, [MS-FSCC]
 * 2.4.15.
 */
export const FullEaFlags = { NEED_EA: 0x80 } as const;

/** One extended attribute, FILE_FULL_EA_INFORMATION, [MS-FSCC] 2.4.15. */
export interface FullEa {
  /** Bits of FullEaFlags. */
  readonly flags: number;
  /** 8-bit characters, without a zero; at most 255. */
  readonly name: string;
  /** At most 65535 bytes. */
  readonly value: Uint8Array;
}

const fullEa: EntryBody<FullEa> = {
  name: 'FILE_FULL_EA_INFORMATION',
  section: '[MS-FSCC] 2.4.15',
  decode(r) {
    const flags = r.u8('Flags');
    const nameLength = r.u8('EaNameLength');
    const valueLength = r.u16('EaValueLength');
    const name = readName(r, nameLength);
    return { flags, name, value: r.take(valueLength, 'EaValue') };
  },
  encode(w, m) {
    w.u8(m.flags);
    w.u8(m.name.length);
    w.u16(m.value.length);
    writeName(w, m.name);
    w.bytes(m.value);
  },
};

/** FileFullEaInformation: a list of FILE_FULL_EA_INFORMATION, [MS-FSCC] 2.4.15. */
export const fullEaList: Codec<readonly FullEa[]> = {
  name: fullEa.name,
  section: '[MS-FSCC] 2.4.15',
  decode: (r) => decodeEntries(r, fullEa, 4),
  encode: (w, eas) => encodeEntries(w, fullEa, 4, eas),
};

const getEa: EntryBody<string> = {
  name: 'FILE_GET_EA_INFORMATION',
  section: '[MS-FSCC] 2.4.15',
  decode: (r) => readName(r, r.u8('EaNameLength')),
  encode(w, name) {
    w.u8(name.length);
    writeName(w, name);
  },
};

/** FILE_GET_EA_INFORMATION list, [MS-FSCC] 2.4.15.1: the names that a query of EAs asks for. */
export const getEaList: Codec<readonly string[]> = {
  name: getEa.name,
  section: '[MS-FSCC] 2.4.15.1',
  decode: (r) => decodeEntries(r, getEa, 4),
  encode: (w, names) => encodeEntries(w, getEa, 4, names),
};

/** Reads the name, and the zero behind it, which its length does not count. */
function readName(r: Reader, length: number): string {
  const name = String.fromCharCode(...r.take(length, 'EaName'));
  const zero = r.u8('EaName');
  if (zero !== 0) r.fail('EaName', 'no terminating zero', r.position - 1);
  return name;
}

function writeName(w: Writer, name: string): void {
  for (let i = 0; i < name.length; i++) w.u8(name.charCodeAt(i));
  w.u8(0);
}
