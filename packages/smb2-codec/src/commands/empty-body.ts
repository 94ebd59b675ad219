import type { Codec } from '@tsmbd/ms-dtyp';

/** A body without fields: StructureSize 4 and two reserved bytes. */
export type EmptyBody = Readonly<Record<string, never>>;

/** The one value of EmptyBody. */
export const EMPTY_BODY: EmptyBody = Object.freeze({});

/**
 * The codec of a body that is StructureSize 4 and a reserved u16, as of LOGOFF, CANCEL, ECHO and
 * others.
 */
export function emptyBody(name: string, section: string): Codec<EmptyBody> {
  return {
    name,
    section,
    decode(r) {
      r.constant16(4, 'StructureSize');
      r.skip(2, 'Reserved');
      return EMPTY_BODY;
    },
    encode(w) {
      w.u16(4);
      w.zero(2);
    },
  };
}
