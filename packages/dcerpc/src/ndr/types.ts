import { type Guid, guidFromBytes, guidToBytes, type Sid, sidFromBytes, sidToBytes } from '@tsmbd/ms-dtyp';
import type { NdrReader, Referent } from './reader.ts';
import type { NdrWriter } from './writer.ts';

/** One parameter list or structure in NDR, in both directions. */
export interface NdrCodec<T> {
  read(r: NdrReader): T;
  write(w: NdrWriter, value: T): void;
}

/**
 * RPC_UNICODE_STRING, [MS-DTYP] 2.3.10, inside a construct; its value can be read after the
 * construct. A null buffer is undefined.
 */
export function readUnicodeString(r: NdrReader, field: string): Referent<string> {
  r.align(4);
  const length = r.u16(`${field}.Length`);
  r.u16(`${field}.MaximumLength`);
  return r.pointer(`${field}.Buffer`, () => {
    const text = r.wideString(field, false);
    if (text.length * 2 !== length) r.fail(field, `${text.length} characters, Length says ${length} bytes`);
    return text;
  });
}

export function writeUnicodeString(w: NdrWriter, text: string | undefined): void {
  const length = (text?.length ?? 0) * 2;
  w.align(4);
  w.u16(length);
  w.u16(length);
  w.pointer(text, (value) => w.wideCharacters(value));
}

/** RPC_SID, [MS-DTYP] 2.4.2.3: a SID preceded by its count of sub-authorities. */
export function readSid(r: NdrReader, field: string): Sid {
  const count = r.u32(field);
  if (count > 15) r.fail(field, `${count} sub-authorities`);
  return sidFromBytes(r.bytes(8 + 4 * count, field));
}

export function writeSid(w: NdrWriter, value: Sid): void {
  const bytes = sidToBytes(value);
  w.u32(bytes[1]!);
  w.bytes(bytes);
}

/** GUID, [MS-DTYP] 2.3.4. */
export function readGuid(r: NdrReader, field: string): Guid {
  r.align(4);
  return guidFromBytes(r.bytes(16, field));
}

export function writeGuid(w: NdrWriter, value: Guid): void {
  w.align(4);
  w.bytes(guidToBytes(value));
}

/** A context handle: 20 bytes that only the server that made them understands, C706 14.2.13. */
export function readContextHandle(r: NdrReader, field: string): Uint8Array {
  r.align(4);
  return r.bytes(20, field);
}

export function writeContextHandle(w: NdrWriter, value: Uint8Array): void {
  w.align(4);
  w.bytes(value);
}
