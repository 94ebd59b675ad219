import type { NdrReader, Referent } from './reader.ts';
import type { NdrCodec } from './types.ts';
import type { NdrWriter } from './writer.ts';

/**
 * The form of a field of an information structure on the wire: a DWORD, a pointer to a string, or a
 * pair of DWORD length and pointer to bytes.
 */
export type FieldKind = 'u32' | 'string' | 'bytes';

/**
 * The fields of one information level, in order. Their names are those of the entry that all levels
 * share.
 */
export type Fields<Entry> = readonly (readonly [keyof Entry & string, FieldKind])[];

/** The levels of an information structure, by number. */
export type Levels<Entry> = Readonly<Record<number, Fields<Entry>>>;

/**
 * An information structure at a level, without its tag. It writes the level's fields of an entry,
 * and reads the part of an entry that the level has. Use it inside a construct; the function that
 * `read` returns is called after the construct.
 */
export function record<Entry extends object>(
  fields: Fields<Entry>,
): { read(r: NdrReader): () => Partial<Entry>; write(w: NdrWriter, entry: Partial<Entry>): void } {
  return {
    read(r) {
      r.align(4);
      const values = fields.map(([name, kind]) => [name, readField(r, name, kind)] as const);
      return () => {
        const entry: Record<string, unknown> = {};
        for (const [name, value] of values) {
          const read = value();
          if (read !== undefined) entry[name] = read;
        }
        return entry as Partial<Entry>;
      };
    },
    write(w, entry) {
      w.align(4);
      for (const [name, kind] of fields) writeField(w, kind, entry[name]);
    },
  };
}

function readField(r: NdrReader, name: string, kind: FieldKind): Referent<unknown> {
  switch (kind) {
    case 'u32': {
      const value = r.u32(name);
      return () => value;
    }
    case 'string':
      return r.pointer(name, () => r.wideString(name));
    case 'bytes':
      r.u32(name);
      return r.pointer(name, () => r.conformantBytes(name).slice());
  }
}

function writeField(w: NdrWriter, kind: FieldKind, value: unknown): void {
  switch (kind) {
    case 'u32':
      w.u32(typeof value === 'number' ? value : 0);
      break;
    case 'string':
      w.pointer(value as string | undefined, (text) => w.wideString(text));
      break;
    case 'bytes': {
      const bytes = value as Uint8Array | undefined;
      w.u32(bytes?.length ?? 0);
      w.pointer(bytes, (content) => w.conformantBytes(content));
      break;
    }
  }
}

/**
 * One information structure after its level: a union whose arms are pointers. undefined: a null
 * pointer.
 */
export interface InfoUnion<Entry> {
  readonly level: number;
  readonly entry: Partial<Entry> | undefined;
}

/**
 * [switch_is(Level)] union of pointers to structures. A level that is not in the table has a null
 * arm.
 */
export function infoUnion<Entry extends object>(levels: Levels<Entry>): NdrCodec<InfoUnion<Entry>> {
  return {
    read(r) {
      const level = r.u32('Level');
      const fields = levels[level];
      if (fields === undefined) {
        r.u32('InfoStruct');
        return { level, entry: undefined };
      }
      const entry = r.pointer('InfoStruct', () => r.construct(() => record(fields).read(r)));
      return { level, entry: entry()?.() };
    },
    write(w, { level, entry }) {
      const fields = levels[level];
      w.u32(level);
      w.pointer(fields && entry, (value) => w.construct(() => record(fields!).write(w, value)));
    },
  };
}

/** A list of information structures: level, union, container. undefined entries: a null pointer. */
export interface InfoList<Entry> {
  readonly level: number;
  readonly entries: readonly Partial<Entry>[] | undefined;
}

/**
 * *_ENUM_STRUCT: Level, a union of pointers to containers, and in each container a count and an
 * array.
 */
export function infoList<Entry extends object>(levels: Levels<Entry>): NdrCodec<InfoList<Entry>> {
  return {
    read(r) {
      const level = r.u32('Level');
      const tag = r.u32('switch_is');
      if (tag !== level) r.fail('switch_is', `${tag}, Level is ${level}`);
      const fields = levels[level];
      const container = r.pointer('Container', () => {
        const count = r.u32('EntriesRead');
        return r.pointer('Buffer', () => {
          // Requests have an empty container of any level. Entries can be read only for a known
          // level.
          const read = fields === undefined ? r.fail('Level', `${level}`) : record(fields).read;
          return r.conformantArray('Buffer', () => read(r), count);
        });
      });
      const buffer = container();
      return { level, entries: buffer && (buffer() ?? []).map((entry) => entry()) };
    },
    write(w, { level, entries }) {
      const fields = levels[level];
      w.u32(level);
      w.u32(level);
      w.pointer(fields && entries, (list) => {
        w.u32(list.length);
        w.pointer(list, (values) => w.conformantArray(values, (entry) => record(fields!).write(w, entry)));
      });
    },
  };
}
