import type { Reader, Structure, Writer } from '@tsmbd/ms-dtyp';

/** The codec of a list entry without its NextEntryOffset. */
export interface EntryBody<T> extends Structure {
  decode(r: Reader): T;
  encode(w: Writer, entry: T): void;
}

/**
 * Reads entries that are chained by NextEntryOffset, [MS-FSCC] 2.4 and 2.7: all bytes that the
 * reader has. An empty buffer has no entries. An offset that lies inside its own entry, outside the
 * buffer or off its alignment is an error, so that the list always advances.
 */
export function decodeEntries<T>(r: Reader, body: EntryBody<T>, alignment: number): readonly T[] {
  const entries: T[] = [];
  if (r.remaining === 0) return entries;
  const mark = r.mark();
  try {
    for (let i = 0; ; i++) {
      const start = r.position;
      r.enter('', i, body);
      const next = r.u32('NextEntryOffset');
      entries.push(body.decode(r));
      r.leave();
      if (next === 0) return entries;
      if (next < r.position - start || next > r.end - start) {
        r.fail('NextEntryOffset', `${next}, the entry has ${r.position - start} of ${r.end - start} bytes`, start);
      }
      if (next % alignment !== 0) r.complain('NextEntryOffset', `${next} is no multiple of ${alignment}`, start);
      r.position = start + next;
    }
  } catch (error) {
    r.recover(error, mark);
    return entries;
  }
}

/**
 * Writes entries one after the other. Each except the first begins at a multiple of `alignment`
 * counted from the list's start.
 */
export function encodeEntries<T>(w: Writer, body: EntryBody<T>, alignment: number, entries: readonly T[]): void {
  for (let i = 0; i < entries.length; i++) {
    const start = w.position;
    w.u32(0);
    body.encode(w, entries[i]!);
    if (i + 1 === entries.length) return;
    const over = (w.position - start) % alignment;
    if (over !== 0) w.zero(alignment - over);
    w.patch32(start, w.position - start);
  }
}
