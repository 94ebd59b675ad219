import type { NdrReader } from './reader.ts';
import type { NdrWriter } from './writer.ts';

/** [unique, string] wchar_t *: a name that may be left out. Top-level parameters only. */
export function readOptionalString(r: NdrReader, field: string): string | undefined {
  return r.pointer(field, () => r.wideString(field))();
}

export function writeOptionalString(w: NdrWriter, value: string | undefined): void {
  w.pointer(value, (text) => w.wideString(text));
}

/** [unique] DWORD *: a resume handle. Top-level parameters only. */
export function readOptionalU32(r: NdrReader, field: string): number | undefined {
  return r.pointer(field, () => r.u32(field))();
}

export function writeOptionalU32(w: NdrWriter, value: number | undefined): void {
  w.pointer(value, (number) => w.u32(number));
}
